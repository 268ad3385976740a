/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.batch;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertNotNull;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.freedesktop.gstreamer.glib.Natives;
import org.savantgst.TestPipeline;
import org.savantgst.lowlevel.SavantAPI;
import org.savantgst.surface.Rect;
import org.savantgst.surface.SharedBuffer;
import org.testng.annotations.Test;

/** Regions of interest as slots. */
public class RoiBatchTest {
  private static final int SIDE = 64;

  /** Where GstVideoRegionOfInterestMeta has its id: after GstMeta and the type. */
  private static final int ID_OFFSET = 20;

  private static void addRoi(Buffer frame, int id, Rect rect) {
    Pointer meta =
        (Pointer)
            NativeLibrary.getInstance("libgstvideo-1.0.so.0")
                .getFunction("gst_buffer_add_video_region_of_interest_meta")
                .invoke(
                    Pointer.class,
                    new Object[] {
                      Natives.getRawPointer(frame),
                      "face",
                      rect.left(),
                      rect.top(),
                      rect.width(),
                      rect.height()
                    });
    assertNotNull(meta);
    meta.setInt(ID_OFFSET, id);
  }

  private static Buffer frame() {
    Buffer frame = new Buffer(4 * SIDE * SIDE);
    ByteBuffer pixels = frame.map(true);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        pixels.put((byte) (x < 32 ? 200 : 0)).put((byte) (x < 32 ? 0 : 200));
        pixels.put((byte) 0).put((byte) 255);
      }
    }
    frame.unmap();
    return frame;
  }

  @Test
  public void regionsKnowTheirFrame() {
    String source =
        "appsrc name=in format=time"
            + " caps=video/x-raw,format=RGBA,width=64,height=64,framerate=25/1"
            + " ! savantbatch roi-mode=batch batch-size=4"
            + " ! video/x-raw(memory:NVMM),format=RGBA,width=16,height=16";
    try (TestPipeline pipeline = new TestPipeline(source);
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      AppSrc in = (AppSrc) pipeline.pipeline().getElementByName("in");
      pipeline.play();
      Buffer frame = frame();
      addRoi(frame, 7, new Rect(0, 0, 16, 16));
      addRoi(frame, 9, new Rect(32, 40, 16, 16));
      in.pushBuffer(frame);
      in.endOfStream();
      BatchView view = puller.view();
      assertSame(puller.pull(-1), PullResult.BATCH, pipeline.error());
      assertEquals(view.size(), 2);
      for (int slot = 0; slot < 2; slot++) {
        assertEquals(view.sourceId(slot), 0);
        assertEquals(view.roiCount(slot), 2);
        assertEquals(view.roiIndex(slot), slot);
        assertEquals(view.roiId(slot), slot == 0 ? 7 : 9);
        assertEquals(view.parentId(slot), view.id(slot));
        assertEquals(view.sourceWidth(slot), SIDE);
        assertEquals(view.get(slot, 8, 8, slot), 200);
      }
      assertEquals(view.sourceRect(1), new Rect(32, 40, 16, 16));
      long[] numbers = new long[8];
      try (SharedBuffer buffer = view.sharedBuffer()) {
        assertEquals(SavantAPI.savant_buffer_get_rois(buffer.address(), numbers, 8), 8);
      }
      assertEquals(numbers[5], 9);
      assertSame(puller.pull(-1), PullResult.EOS);
    }
  }

  @Test
  public void wholeFramesSaySo() {
    String source =
        "savantbufgen num-buffers=1 ! video/x-raw(memory:NVMM),width=64,height=64 ! savantbatch";
    try (TestPipeline pipeline = new TestPipeline(source);
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      pipeline.play();
      assertSame(puller.pull(-1), PullResult.BATCH, pipeline.error());
      BatchView view = puller.view();
      assertEquals(view.roiCount(0), 0);
      assertEquals(view.roiIndex(0), 0);
      assertEquals(view.roiId(0), -1);
      assertEquals(view.parentId(0), -1);
      assertTrue(view.id(0) >= 0);
    }
  }
}
