/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import org.freedesktop.gstreamer.Caps;
import org.freedesktop.gstreamer.ElementFactory;
import org.freedesktop.gstreamer.FlowReturn;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.State;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.savantgst.meta.SavantId;
import org.savantgst.surface.BufferGenerator;
import org.savantgst.surface.SharedBuffer;
import org.savantgst.surface.SurfaceBatch;
import org.savantgst.surface.SurfaceView;
import org.savantgst.surface.Surfaces;
import org.savantgst.surface.TransformConfig;
import org.savantgst.surface.UniformBatchGenerator;
import org.savantgst.surface.VideoFormat;

/** Counts the bytes that calls allocate on the heap. */
final class Cost {
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int COUNT = 10_000;
  private static final int SLOTS = 4;

  private final long thread = Thread.currentThread().getId();
  private final BufferGenerator frames =
      BufferGenerator.builder(VideoFormat.GRAY8, 16, 16).poolSize(8).build();
  private final UniformBatchGenerator batches =
      UniformBatchGenerator.builder(VideoFormat.GRAY8, 16, 16, SLOTS).build();
  private final TransformConfig config = TransformConfig.defaults();
  private final List<SavantId> ids = List.of(SavantId.frame(1), SavantId.batch(2));
  private final SharedBuffer[] sources = new SharedBuffer[SLOTS];
  private final int[] slots = {0, 1, 2, 3};
  private final ByteBuffer direct = ByteBuffer.allocateDirect(16 * 16);
  private final Pipeline pipeline = new Pipeline();
  private final AppSrc appSrc = (AppSrc) ElementFactory.make("appsrc", "in");

  private long handedOut;
  private long views;
  private long batch;
  private long others;

  private Cost() {
    for (int i = 0; i < SLOTS; i++) {
      sources[i] = frames.acquire();
    }
    var sink = ElementFactory.make("fakesink", "out");
    appSrc.setCaps(Caps.fromString(frames.nvmmCaps()));
    pipeline.addMany(appSrc, sink);
    appSrc.link(sink);
    pipeline.play();
  }

  static void measure() {
    Savant.init();
    Cost cost = new Cost();
    for (int warm = 0; warm < 2; warm++) {
      cost.handedOut = 0;
      cost.views = 0;
      cost.batch = 0;
      cost.others = 0;
      for (int i = 0; i < COUNT; i++) {
        cost.round(i);
      }
    }
    print("SharedBuffer", cost.handedOut);
    print("SurfaceView", cost.views);
    print("SurfaceBatch", cost.batch);
    print("other calls", cost.others);
    cost.pipeline.setState(State.NULL);
  }

  private static void print(String what, long bytes) {
    System.out.println("bytes for " + what + " " + (double) bytes / COUNT);
  }

  private long allocated() {
    return THREADS.getThreadAllocatedBytes(thread);
  }

  private void round(int i) {
    long t0 = allocated();
    SharedBuffer frame = frames.acquire(i);
    long t1 = allocated();
    SurfaceView view = SurfaceView.of(frame, 0, 0);
    long t2 = allocated();
    view.memset(i & 0xff);
    view.upload(direct);
    direct.clear();
    view.download(direct);
    direct.clear();
    view.close();
    frame.setPts(i);
    frame.setDuration(i);
    frame.clearPts();
    frame.setIds(ids);
    Surfaces.setNumFilled(frame, 1);
    if (frame.isConsumed() || frame.strongCount() != 1) {
      throw new AssertionError("wrong count");
    }
    long t3 = allocated();
    SurfaceBatch filling = batches.acquireBatch(config, ids);
    long t4 = allocated();
    filling.transformSlots(slots, sources, null, null);
    filling.transformSlot(1, frame);
    filling.uploadSlot(2, direct);
    filling.memsetSlot(3, 7);
    filling.markFilled(3);
    filling.finalizeBatch();
    SharedBuffer made = filling.sharedBuffer();
    filling.close();
    made.close();
    if (BufferGenerator.push(appSrc, frame) != FlowReturn.OK) {
      throw new AssertionError("not pushed");
    }
    frame.close();
    long t5 = allocated();
    SharedBuffer transformed = frames.transform(sources[0], config);
    long t6 = allocated();
    transformed.close();
    handedOut += Math.max(t1 - t0, t6 - t5);
    views += t2 - t1;
    batch += t4 - t3;
    others += t3 - t2 + t5 - t4;
  }
}
