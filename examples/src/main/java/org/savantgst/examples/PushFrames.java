/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.FlowReturn;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.savantgst.batch.BatchView;
import org.savantgst.pipelines.BatchPipeline;
import org.savantgst.pipelines.Source;
import org.savantgst.surface.VideoFormat;

/**
 * Frames that a program draws itself, letterboxed: {@code PushFrames PNG}.
 *
 * <p>One thread pushes, this one takes the batches. A push waits while four frames are on their
 * way, so that neither runs ahead of the other.
 */
public final class PushFrames {
  private static final int WIDTH = 320;
  private static final int HEIGHT = 180;
  private static final int FRAMES = 50;
  private static final long FRAME_NS = TimeUnit.MILLISECONDS.toNanos(40);

  private PushFrames() {}

  /**
   * Writes the last frame as a picture.
   *
   * @param args the file to write
   * @throws IOException if it cannot be written
   */
  public static void main(String[] args) throws IOException {
    BufferedImage image = new BufferedImage(256, 256, BufferedImage.TYPE_INT_RGB);
    String caps = "video/x-raw,format=RGB,framerate=25/1,width=" + WIDTH + ",height=" + HEIGHT;
    try (BatchPipeline pipeline =
        BatchPipeline.builder()
            .source(Source.appSrc(caps))
            .output(VideoFormat.RGB, image.getWidth(), image.getHeight())
            .build()) {
      Thread thread = new Thread(() -> push(pipeline.appSrc(0)), "frames");
      thread.setDaemon(true);
      thread.start();
      pipeline.run(batch -> draw(batch, image));
      System.out.println(pipeline.stats().total().out() + " frames came back");
    }
    ImageIO.write(image, "png", Path.of(args[0]).toFile());
  }

  /** Each frame is red, and green up to a column that moves to the right. */
  private static void push(AppSrc source) {
    for (int i = 0; i < FRAMES; i++) {
      Buffer buffer = new Buffer(WIDTH * HEIGHT * 3);
      ByteBuffer bytes = buffer.map(true);
      for (int pixel = 0; pixel < WIDTH * HEIGHT; pixel++) {
        boolean isGreen = pixel % WIDTH < (i + 1) * WIDTH / FRAMES / 2;
        bytes.put((byte) (isGreen ? 0 : 255)).put((byte) (isGreen ? 255 : 0)).put((byte) 0);
      }
      buffer.unmap();
      buffer.setPresentationTimestamp(i * FRAME_NS);
      buffer.setDuration(FRAME_NS);
      if (source.pushBuffer(buffer) != FlowReturn.OK) {
        return;
      }
    }
    source.endOfStream();
  }

  private static void draw(BatchView batch, BufferedImage image) {
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int rgb = batch.get(0, x, y, 0) << 16 | batch.get(0, x, y, 1) << 8 | batch.get(0, x, y, 2);
        image.setRGB(x, y, rgb);
      }
    }
  }
}
