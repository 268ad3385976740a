/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.Bus;
import org.freedesktop.gstreamer.Pad;
import org.freedesktop.gstreamer.PadDirection;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.freedesktop.gstreamer.glib.Natives;
import org.freedesktop.gstreamer.lowlevel.GNative;
import org.savantgst.TestPipeline;
import org.savantgst.batch.BatchPuller;
import org.savantgst.batch.BatchReason;
import org.savantgst.batch.BatchView;
import org.savantgst.batch.PullResult;
import org.testng.annotations.Test;

/** Pads that bring no frames, or none that can be used. */
public class BadPadsTest {
  private static final long TIMEOUT = 20_000;
  private static final long SECOND = 1_000_000_000L;
  private static final int TIME = 3;

  /** Events that gst1-java-core cannot make. */
  interface EventAPI extends Library {
    EventAPI INSTANCE = GNative.loadLibrary("gstreamer-1.0", EventAPI.class, Map.of());

    Pointer gst_event_new_stream_start(String id);

    void gst_segment_init(Pointer segment, int format);

    Pointer gst_event_new_segment(Pointer segment);

    Pointer gst_event_new_gap(long timestamp, long duration);

    int gst_pad_push_event(Pointer pad, Pointer event);
  }

  private static void push(Pad pad, Pointer event) {
    assertTrue(EventAPI.INSTANCE.gst_pad_push_event(Natives.getRawPointer(pad), event) != 0);
  }

  /** Nobody waits for it before its gap ends, nor after its end. */
  @Test(timeOut = TIMEOUT)
  public void aPadThatOnlySendsGaps() throws Exception {
    try (TestPipeline pipeline =
            new TestPipeline(
                "savantbufgen num-buffers=40 ! video/x-raw,width=16,height=16,framerate=10/1"
                    + " ! b.sink_0 savantbatch name=b");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      SavantBatch batch = (SavantBatch) pipeline.pipeline().getElementByName("b");
      Pad pad = new Pad("gaps", PadDirection.SRC);
      pad.setActive(true);
      pad.link(batch.addSource(1));
      pipeline.play();
      EventAPI api = EventAPI.INSTANCE;
      push(pad, api.gst_event_new_stream_start("gaps"));
      Memory segment = new Memory(256);
      segment.clear();
      api.gst_segment_init(segment, TIME);
      push(pad, api.gst_event_new_segment(segment));
      push(pad, api.gst_event_new_gap(0, SECOND));
      BatchView view = puller.view();
      for (int i = 0; i < 10; i++) {
        assertSame(puller.pull(-1), PullResult.BATCH, pipeline.error());
        assertEquals(view.size(), 1);
        assertSame(view.reason(), BatchReason.GAP);
        assertEquals(view.ptsNs(0), i * SECOND / 10);
      }
      // The frame at one second is waited with.
      assertSame(puller.pull(200_000_000), PullResult.TIMEOUT);
      push(pad, api.gst_event_new_gap(SECOND, SECOND));
      assertSame(puller.pull(-1), PullResult.BATCH, pipeline.error());
      batch.endStream("sink_1");
      int rest = 0;
      while (puller.pull(-1) == PullResult.BATCH) {
        rest++;
      }
      assertEquals(rest, 29);
      BatchStats stats = batch.getBatchStats();
      assertTrue(stats.isBalanced(), stats.toString());
      assertEquals(stats.pads().get("sink_1").frames().in(), 0);
      assertEquals(stats.pads().get("sink_1").state(), "ended");
      assertEquals(stats.total().out(), 40);
    }
  }

  @Test(timeOut = TIMEOUT)
  public void endsBeforeTheFirstFrame() {
    try (TestPipeline pipeline =
            new TestPipeline(
                "savantbufgen num-buffers=5 ! video/x-raw,width=16,height=16 ! b.sink_0"
                    + " appsrc name=never caps=video/x-raw,format=RGB,width=16,height=16"
                    + " ! b.sink_1 savantbatch name=b");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      SavantBatch batch = (SavantBatch) pipeline.pipeline().getElementByName("b");
      pipeline.play();
      ((AppSrc) pipeline.pipeline().getElementByName("never")).endOfStream();
      int batches = 0;
      while (puller.pull(-1) == PullResult.BATCH) {
        batches++;
      }
      assertEquals(batches, 5);
      assertTrue(batch.getBatchStats().isBalanced());
      assertEquals(batch.getBatchStats().reasons().get(BatchReason.EOS), Long.valueOf(5));
    }
  }

  /** Surfaces are announced, plain memory comes: the error names both, the other pad goes on. */
  @Test(timeOut = TIMEOUT)
  public void framesInWrongMemory() throws Exception {
    try (TestPipeline pipeline =
            new TestPipeline(
                "savantbufgen ! video/x-raw,width=16,height=16 ! b.sink_0"
                    + " appsrc name=liar format=time caps=\"video/x-raw(memory:NVMM),"
                    + "format=(string)RGBA,width=(int)16,height=(int)6,framerate=(fraction)25/1\""
                    + " ! b.sink_1"
                    + " savantbatch name=b on-pad-error=drop-pad");
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      SavantBatch batch = (SavantBatch) pipeline.pipeline().getElementByName("b");
      BlockingQueue<String> told = new LinkedBlockingQueue<>();
      pipeline
          .pipeline()
          .getBus()
          .connect((Bus.WARNING) (from, code, message) -> told.add(message));
      pipeline.play();
      Buffer buffer = new Buffer(16 * 6 * 4);
      buffer.setPresentationTimestamp(0);
      ((AppSrc) pipeline.pipeline().getElementByName("liar")).pushBuffer(buffer);
      for (int i = 0; i < 5; i++) {
        assertSame(puller.pull(-1), PullResult.BATCH, pipeline.error());
        assertEquals(puller.view().size(), 1);
      }
      puller.release();
      BatchStats stats;
      do {
        // The others go on before the frame of the ended pad is counted.
        stats = batch.getBatchStats();
        assertTrue(stats.isBalanced(), stats.toString());
        Thread.sleep(1);
      } while (stats.pads().get("sink_1").frames().dropped().get("error") != 1);
      String warning = told.poll(20, TimeUnit.SECONDS);
      assertTrue(warning != null && warning.contains("sink_1"), warning);
    }
  }
}
