/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.freedesktop.gstreamer.Gst;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.Sample;
import org.freedesktop.gstreamer.State;
import org.freedesktop.gstreamer.elements.AppSink;
import org.savantgst.Savant;
import org.savantgst.meta.TransformMeta;

/**
 * Boxes that were found on a network's small, letterboxed input, drawn on the original frame:
 * {@code MapBoxes PNG}.
 *
 * <p>A tee hands every frame to both sides; the box goes back by the meta that savanttransform
 * leaves on the small one. The detector here looks for a bright ball.
 */
public final class MapBoxes {
  private static final int WIDTH = 1280;
  private static final int HEIGHT = 720;
  private static final int INPUT = 320;

  private MapBoxes() {}

  /**
   * Writes the last frame with its box.
   *
   * @param args the file to write
   * @throws IOException if it cannot be written
   */
  public static void main(String[] args) throws IOException {
    Savant.init();
    Pipeline pipeline =
        (Pipeline)
            Gst.parseLaunch(
                "savantbufgen pattern=ball num-buffers=30"
                    + " ! video/x-raw,format=RGBA,width=1280,height=720 ! tee name=t"
                    + "  t. ! queue ! savanttransform padding=symmetric"
                    + " ! video/x-raw,format=GRAY8,width=320,height=320"
                    + " ! appsink name=network sync=false"
                    + "  t. ! queue ! appsink name=originals sync=false");
    AppSink network = (AppSink) pipeline.getElementByName("network");
    AppSink originals = (AppSink) pipeline.getElementByName("originals");
    BufferedImage image = null;
    pipeline.play();
    for (Sample small; (small = network.pullSample()) != null; small.dispose()) {
      Sample original = originals.pullSample();
      TransformMeta geometry = TransformMeta.get(small.getBuffer(), 0).orElseThrow();
      int[] box = detect(small);
      double[] there = geometry.boxToSource(box[0], box[1], box[2], box[3]);
      image = draw(original, there);
      original.dispose();
    }
    pipeline.setState(State.NULL);
    pipeline.dispose();
    ImageIO.write(image, "png", Path.of(args[0]).toFile());
  }

  /** Left, top, width and height of what is bright. */
  private static int[] detect(Sample sample) {
    ByteBuffer pixels = sample.getBuffer().map(false);
    int left = INPUT;
    int top = INPUT;
    int right = 0;
    int bottom = 0;
    for (int i = 0; i < INPUT * INPUT; i++) {
      if ((pixels.get(i) & 0xFF) > 128) {
        left = Math.min(left, i % INPUT);
        top = Math.min(top, i / INPUT);
        right = Math.max(right, i % INPUT + 1);
        bottom = Math.max(bottom, i / INPUT + 1);
      }
    }
    sample.getBuffer().unmap();
    return new int[] {left, top, right - left, bottom - top};
  }

  private static BufferedImage draw(Sample original, double[] box) {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    ByteBuffer pixels = original.getBuffer().map(false);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      int rgb =
          (pixels.get(i * 4) & 0xFF) << 16
              | (pixels.get(i * 4 + 1) & 0xFF) << 8
              | pixels.get(i * 4 + 2) & 0xFF;
      image.setRGB(i % WIDTH, i / WIDTH, rgb);
    }
    original.getBuffer().unmap();
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.RED);
    graphics.setStroke(new BasicStroke(3));
    graphics.draw(new Rectangle2D.Double(box[0], box[1], box[2], box[3]));
    graphics.dispose();
    return image;
  }
}
