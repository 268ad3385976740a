/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.freedesktop.gstreamer.Bin;
import org.freedesktop.gstreamer.Bus;
import org.freedesktop.gstreamer.Caps;
import org.freedesktop.gstreamer.Gst;
import org.freedesktop.gstreamer.PadLinkException;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.State;
import org.savantgst.Savant;
import org.savantgst.elements.SavantBatch;
import org.savantgst.elements.SavantUnbatch;
import org.savantgst.surface.Padding;

/**
 * Three streams in one batch, and three again: {@code SplitBatches FOLDER}.
 *
 * <p>What stands between the two elements, a network for instance, sees one buffer for three
 * frames. Behind each pad of savantunbatch stands a queue, as behind every demuxer.
 */
public final class SplitBatches {
  private static final int[] COLORS = {0xFF0000, 0x00FF00, 0x0000FF};
  private static final String BATCHES = "video/x-raw(memory:NVMM),format=RGBA,width=160,height=160";

  private SplitBatches() {}

  /**
   * Writes every frame of stream N as {@code N-FRAME.png}.
   *
   * @param args the folder, which exists
   * @throws PadLinkException if two elements do not fit together
   */
  public static void main(String[] args) throws PadLinkException {
    Savant.init();
    Pipeline pipeline = new Pipeline("split");
    SavantBatch batch = new SavantBatch("batch");
    batch.setPadding(Padding.SYMMETRIC);
    batch.setPadColor(0x727272);
    SavantUnbatch split = new SavantUnbatch("split");
    pipeline.addMany(batch, split);
    batch.linkFiltered(split, Caps.fromString(BATCHES));
    for (int i = 0; i < COLORS.length; i++) {
      String source =
          String.format(
              "savantbufgen pattern=color color=%d num-buffers=%d"
                  + " ! capsfilter caps=video/x-raw,width=320,height=180",
              COLORS[i], 10 * (i + 1));
      String sink = "queue ! pngenc ! multifilesink name=files";
      Bin head = Gst.parseBinFromDescription(source, true);
      Bin tail = Gst.parseBinFromDescription(sink, true);
      tail.getElementByName("files").set("location", Path.of(args[0], i + "-%02d.png").toString());
      pipeline.addMany(head, tail);
      head.getStaticPad("src").link(batch.getRequestPad("sink_" + i));
      split.getRequestPad("src_" + i).link(tail.getStaticPad("sink"));
    }
    run(pipeline);
  }

  private static void run(Pipeline pipeline) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    Bus.EOS onEnd = source -> ended.complete(null);
    Bus.ERROR onError =
        (source, code, message) ->
            ended.completeExceptionally(
                new IllegalStateException(source.getName() + ": " + message));
    pipeline.getBus().connect(onEnd);
    pipeline.getBus().connect(onError);
    pipeline.play();
    try {
      ended.join();
    } finally {
      pipeline.setState(State.NULL);
      pipeline.dispose();
    }
  }
}
