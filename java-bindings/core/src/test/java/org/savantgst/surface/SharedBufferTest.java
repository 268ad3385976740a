/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertFalse;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.Caps;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.savantgst.Savant;
import org.savantgst.SavantException;
import org.savantgst.TestPipeline;
import org.savantgst.batch.BatchPuller;
import org.savantgst.batch.PullResult;
import org.savantgst.meta.SavantId;
import org.savantgst.meta.SavantIds;
import org.testng.annotations.Test;

/** References to buffers and views of their slots. */
public class SharedBufferTest {
  private static SharedBuffer surface(String format) {
    SharedBuffer buffer;
    try (TestPipeline pipeline =
            new TestPipeline(
                "savantbufgen pattern=gradient num-buffers=1 first-id=5 "
                    + "! video/x-raw(memory:NVMM),width=37,height=21,format="
                    + format);
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      pipeline.play();
      assertSame(puller.pull(-1), PullResult.BATCH);
      buffer = puller.view().sharedBuffer();
    }
    return alone(buffer);
  }

  /** Waits for GStreamer's threads, which may let go of a buffer a little later. */
  private static SharedBuffer alone(SharedBuffer buffer) {
    for (int i = 0; ; i++) {
      try {
        buffer.setIds(buffer.ids());
        return buffer;
      } catch (SavantException e) {
        if (i == 5000) {
          throw e;
        }
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  @Test
  public void timesAndIdsAreReallySet() {
    try (SharedBuffer buffer = surface("RGBA")) {
      assertEquals(buffer.ids(), List.of(SavantId.frame(5)));
      buffer.setPts(0);
      buffer.setDuration(Long.MAX_VALUE);
      assertEquals(buffer.pts(), OptionalLong.of(0));
      assertEquals(buffer.duration(), OptionalLong.of(Long.MAX_VALUE));
      buffer.clearPts();
      buffer.clearDuration();
      assertEquals(buffer.pts(), OptionalLong.empty());
      assertEquals(buffer.duration(), OptionalLong.empty());
      List<SavantId> ids = List.of(SavantId.batch(1), SavantId.frame(2), SavantId.frame(3));
      List<SavantId> many = new java.util.ArrayList<>(ids);
      many.addAll(ids);
      SavantIds.set(buffer, many);
      assertEquals(SavantIds.get(buffer), many);
      // A wrapper that gst1-java-core holds is no obstacle.
      Buffer wrapper = buffer.buffer();
      assertSame(buffer.buffer(), wrapper);
      buffer.setIds(ids);
      buffer.setPts(77);
      assertEquals(SavantIds.get(wrapper), ids);
      assertEquals(wrapper.getPresentationTimestamp(), 77);
      buffer.setIds(List.of());
      assertTrue(buffer.ids().isEmpty());
      expectThrows(IllegalArgumentException.class, () -> buffer.setPts(-1));
      expectThrows(IllegalArgumentException.class, () -> buffer.setDuration(-1));
      expectThrows(IllegalArgumentException.class, () -> buffer.setIds(null));
      expectThrows(IllegalArgumentException.class, () -> SavantIds.get((Buffer) null));
      expectThrows(IllegalArgumentException.class, () -> SavantIds.get(0L));
      try (SharedBuffer other = SharedBuffer.of(buffer.address())) {
        SavantException e = expectThrows(SavantException.class, () -> buffer.setPts(1));
        assertTrue(e.getMessage().contains("2 references"), e.getMessage());
        assertEquals(other.strongCount(), 1);
      }
      buffer.setPts(1);
    }
  }

  @Test
  public void takeAndCloseInEveryOrder() {
    SharedBuffer buffer = surface("RGBA");
    assertEquals(buffer.strongCount(), 1);
    SurfaceView view = SurfaceView.of(buffer);
    SurfaceView second = SurfaceView.of(buffer, 0, 0);
    assertEquals(buffer.strongCount(), 3);
    IllegalStateException e = expectThrows(IllegalStateException.class, buffer::take);
    assertTrue(e.getMessage().contains("2 outstanding"), e.getMessage());
    second.close();
    second.close();
    view.close();
    assertEquals(buffer.strongCount(), 1);
    Buffer borrowed = buffer.buffer();
    Buffer taken = buffer.take();
    assertTrue(buffer.isConsumed());
    assertEquals(buffer.strongCount(), 0);
    expectThrows(IllegalStateException.class, borrowed::getRefCount);
    assertEquals(taken.getRefCount(), 1);
    assertEquals(SavantIds.get(taken), List.of(SavantId.frame(5)));
    for (Runnable call :
        new Runnable[] {buffer::pts, buffer::ids, buffer::buffer, buffer::take, buffer::clearPts}) {
      assertTrue(
          expectThrows(IllegalStateException.class, call::run).getMessage().contains("consumed"));
    }
    buffer.close();
    assertEquals(buffer.toString(), "SharedBuffer[consumed, views=0]");
    taken.dispose();
  }

  @Test
  public void viewsOutliveTheirBuffer() {
    SharedBuffer buffer = surface("RGBA");
    SurfaceView view = SurfaceView.of(buffer);
    ByteBuffer before = view.download();
    buffer.close();
    buffer.close();
    assertFalse(buffer.isConsumed());
    assertEquals(buffer.strongCount(), 0);
    assertEquals(view.download(), before);
    expectThrows(IllegalStateException.class, buffer::pts);
    view.close();
    view.close();
    expectThrows(IllegalStateException.class, view::dataPtr);
    expectThrows(IllegalStateException.class, view::download);
  }

  @Test
  public void viewOfEveryPackedFormat() {
    for (VideoFormat format : VideoFormat.values()) {
      try (SharedBuffer buffer = surface(format.canonicalName())) {
        if (format.planes() > 1) {
          SavantException e = expectThrows(SavantException.class, () -> SurfaceView.of(buffer));
          assertTrue(e.getMessage().contains("planes"), e.getMessage());
          continue;
        }
        try (SurfaceView view = SurfaceView.of(buffer)) {
          assertEquals(view.channels(), format.channels());
          assertEquals(view.width(), 37);
          assertEquals(view.height(), 21);
          assertEquals(view.colorFormat(), format.nativeValue());
          assertSame(view.memType(), MemType.SYSTEM);
          assertEquals(view.slotIndex(), 0);
          assertEquals(view.cudaStream(), 0);
          assertTrue(view.pitch() >= 37 * format.channels());
          assertTrue(view.dataPtr() != 0);
          int row = 37 * format.channels();
          assertEquals(view.download().remaining(), row * 21);
          IllegalArgumentException e =
              expectThrows(
                  IllegalArgumentException.class,
                  () -> view.download(ByteBuffer.allocate(row * 21 + 1)));
          assertTrue(e.getMessage().contains("are " + row * 21 + " bytes"), e.getMessage());
        }
      }
    }
  }

  @Test
  public void planesAreGreyPictures() {
    try (SharedBuffer buffer = surface("NV12")) {
      List<SurfaceView> planes = SurfaceView.planes(buffer, 0, 0);
      assertEquals(planes.size(), 2);
      assertEquals(buffer.strongCount(), 3);
      assertEquals(planes.get(0).width(), 37);
      assertEquals(planes.get(0).channels(), 1);
      assertEquals(planes.get(1).width(), 19);
      assertEquals(planes.get(1).height(), 11);
      assertEquals(planes.get(1).channels(), 2);
      assertEquals(planes.get(1).colorFormat(), VideoFormat.GRAY8.nativeValue());
      assertEquals(planes.get(1).download().remaining(), 19 * 11 * 2);
      planes.forEach(SurfaceView::close);
    }
  }

  /** Row "SharedBuffer": setters work beside views and wrappers, which are no other owners. */
  @Test
  public void viewsAndWrapperDoNotMakeItShared() {
    try (BufferGenerator generator =
            BufferGenerator.builder(VideoFormat.RGBA, 16, 16).poolSize(1).build();
        SharedBuffer buffer = generator.acquire();
        SurfaceView view = SurfaceView.of(buffer)) {
      Buffer wrapper = buffer.buffer();
      buffer.setPts(3);
      buffer.setIds(List.of(SavantId.frame(Long.MIN_VALUE), SavantId.frame(Long.MAX_VALUE)));
      Surfaces.setNumFilled(buffer, 0);
      Surfaces.setNumFilled(wrapper, 1);
      SavantIds.set(wrapper, List.of(SavantId.batch(-1)));
      assertEquals(wrapper.getRefCount(), 2);
      assertEquals(buffer.ids(), List.of(SavantId.batch(-1)));
      assertEquals(view.width(), 16);
      assertEquals(buffer.strongCount(), 2);
      // Views opened by wrapper or address are views of it, too.
      SurfaceView byWrapper = SurfaceView.of(wrapper, 0, 0);
      SurfaceView byAddress = SurfaceView.of(buffer.address(), 0, 0);
      assertEquals(buffer.strongCount(), 4);
      buffer.setPts(4);
      byWrapper.close();
      byAddress.close();
      buffer.setPts(3);
      IllegalStateException e = expectThrows(IllegalStateException.class, buffer::take);
      assertTrue(e.getMessage().contains("outstanding"), e.getMessage());
      assertEquals(buffer.pts(), OptionalLong.of(3));
      assertSame(buffer.buffer(), wrapper);
    }
  }

  /** A wrapper that was given to GStreamer is GStreamer's reference. */
  @Test
  public void pushedWrapperMakesItShared() {
    // A live source keeps what was pushed until PLAYING; others mark the first buffer, on a copy.
    try (TestPipeline pipeline = new TestPipeline("appsrc name=in is-live=true");
        BufferGenerator generator = BufferGenerator.builder(VideoFormat.RGBA, 16, 16).build();
        SharedBuffer buffer = generator.acquire()) {
      AppSrc source = (AppSrc) pipeline.pipeline().getElementByName("in");
      source.setCaps(Caps.fromString(generator.nvmmCaps()));
      pipeline.pipeline().pause();
      source.pushBuffer(buffer.buffer());
      SavantException e = expectThrows(SavantException.class, () -> buffer.setPts(1));
      assertTrue(e.getMessage().contains("references"), e.getMessage());
      assertEquals(buffer.strongCount(), 1);
    }
  }

  @Test
  public void badArguments() {
    try (SharedBuffer buffer = surface("RGBA")) {
      for (int slot : new int[] {-1, 1, 1000}) {
        IllegalArgumentException e =
            expectThrows(IllegalArgumentException.class, () -> SurfaceView.of(buffer, slot, 0));
        assertTrue(e.getMessage().contains("slot " + slot), e.getMessage());
      }
      assertEquals(buffer.strongCount(), 1);
    }
    Savant.init();
    expectThrows(IllegalArgumentException.class, () -> SurfaceView.of((SharedBuffer) null));
    expectThrows(IllegalArgumentException.class, () -> SurfaceView.of((Buffer) null, 0, 0));
    expectThrows(IllegalArgumentException.class, () -> SharedBuffer.of((Buffer) null));
    expectThrows(IllegalArgumentException.class, () -> SharedBuffer.of(0L));
    try (Buffer plain = new Buffer(64);
        SharedBuffer shared = SharedBuffer.of(plain)) {
      assertSame(shared.buffer(), plain);
      expectThrows(SavantException.class, () -> SurfaceView.of(shared));
      shared.setPts(9);
      assertEquals(plain.getPresentationTimestamp(), 9);
    }
  }
}
