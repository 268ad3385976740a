/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.gpu;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertSame;
import static org.testng.Assert.expectThrows;

import java.nio.ByteBuffer;
import java.util.List;
import org.savantgst.SavantException;
import org.savantgst.TestPipeline;
import org.savantgst.batch.BatchPuller;
import org.savantgst.batch.BatchView;
import org.savantgst.batch.PullResult;
import org.savantgst.surface.MemType;
import org.testng.annotations.Test;

/** Batches of a pipeline in each kind of memory, read by the CPU. */
@Test(groups = "gpu")
public class BatchesGpuTest extends GpuTest {
  private static String pipeline(String memType) {
    return "savantbufgen num-buffers=5 pattern=counter ! video/x-raw,format=RGBA,width=640,"
        + "height=480,framerate=30/1 ! b.sink_0"
        + " savantbufgen num-buffers=5 pattern=gradient ! video/x-raw(memory:NVMM),format=I420,"
        + "width=320,height=240,framerate=30/1 ! b.sink_1"
        + " savantbatch name=b backend=cuda mem-type="
        + memType
        + " ! video/x-raw(memory:NVMM),format=NV12,width=64,height=48";
  }

  private static byte[][] run(String memType, MemType expected) {
    byte[][] pictures = new byte[10][];
    int at = 0;
    try (TestPipeline pipeline = new TestPipeline(pipeline(memType));
        BatchPuller puller = new BatchPuller(pipeline.sink())) {
      pipeline.play();
      while (puller.pull(10_000_000_000L) == PullResult.BATCH) {
        BatchView batch = puller.view();
        for (int slot = 0; slot < batch.size(); slot++) {
          assertSame(batch.memType(slot), expected);
          byte[] picture = new byte[batch.byteSize(slot)];
          batch.copyTo(slot, picture);
          ByteBuffer direct = ByteBuffer.allocateDirect(picture.length);
          batch.copyTo(slot, direct);
          ByteBuffer heap = ByteBuffer.allocate(picture.length);
          batch.copyTo(slot, heap);
          assertEquals(direct.flip(), ByteBuffer.wrap(picture));
          assertEquals(heap.flip(), ByteBuffer.wrap(picture));
          assertEquals(batch.get(slot, 63, 47, 0), picture[64 * 48 - 1] & 0xff);
          assertEquals(batch.get(slot, 10, 20, 1), picture[64 * 48 + 10 * 64 + 10] & 0xff);
          assertEquals(batch.get(slot, 10, 20, 2), picture[64 * 48 + 10 * 64 + 11] & 0xff);
          if (expected == MemType.CUDA_DEVICE) {
            int of = slot;
            assertHas(
                expectThrows(SavantException.class, () -> batch.unsafeBuffer(of)), "cuda_device");
          }
          pictures[at++] = picture;
        }
      }
      assertEquals(pipeline.error(), null);
    }
    assertEquals(at, 10);
    return pictures;
  }

  public void picturesAreTheSame() {
    byte[][] system = run("system", MemType.SYSTEM);
    for (MemType kind : new MemType[] {MemType.CUDA_DEVICE, MemType.CUDA_PINNED}) {
      byte[][] seen = run(kind.canonicalName().replace('_', '-'), kind);
      for (int i = 0; i < seen.length; i++) {
        assertClose(List.of(seen[i]), List.of(system[i]), kind + ", picture " + i);
      }
    }
  }
}
