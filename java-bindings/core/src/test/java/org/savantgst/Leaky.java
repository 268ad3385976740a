/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst;

import org.savantgst.surface.BufferGenerator;
import org.savantgst.surface.NonUniformBatch;
import org.savantgst.surface.SharedBuffer;
import org.savantgst.surface.SurfaceBatch;
import org.savantgst.surface.SurfaceView;
import org.savantgst.surface.TransformConfig;
import org.savantgst.surface.UniformBatchGenerator;

/** Forgets to close one of each. */
final class Leaky {
  private Leaky() {}

  static void run() throws InterruptedException {
    BufferGenerator generator = BufferGenerator.builder("RGBA", 16, 16).build();
    UniformBatchGenerator batches = UniformBatchGenerator.builder("RGBA", 16, 16, 2).build();
    forgetBuffer(generator);
    try (SharedBuffer kept = generator.acquire()) {
      forgetView(kept);
      forgetTensor(kept);
      forgetBatch(batches);
      forgetNonUniform();
      try (SharedBuffer closed = generator.acquire();
          SurfaceView view = SurfaceView.of(closed);
          SurfaceBatch batch = batches.acquireBatch(TransformConfig.defaults())) {
        batch.finalizeBatch();
      }
      for (int i = 0; i < 20; i++) {
        System.gc();
        Thread.sleep(20);
      }
    }
    batches.close();
    generator.close();
  }

  private static void forgetBuffer(BufferGenerator generator) {
    generator.acquire();
  }

  private static void forgetView(SharedBuffer buffer) {
    SurfaceView.of(buffer);
  }

  private static void forgetTensor(SharedBuffer buffer) {
    try (SurfaceView view = SurfaceView.of(buffer)) {
      view.toDlpack();
    }
  }

  private static void forgetBatch(UniformBatchGenerator generator) {
    generator.acquireBatch(TransformConfig.defaults());
  }

  private static void forgetNonUniform() {
    new NonUniformBatch();
  }
}
