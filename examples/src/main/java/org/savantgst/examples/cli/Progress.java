/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.freedesktop.gstreamer.Format;
import org.savantgst.batch.BatchView;
import org.savantgst.pipelines.BatchPipeline;

/** A bar with frames a second on standard error; with its end where all inputs know theirs. */
final class Progress implements AutoCloseable {
  private final ProgressBar bar;
  private boolean hasStarted;

  /** A bar, or none. */
  Progress(boolean wanted) {
    bar =
        !wanted
            ? null
            : new ProgressBarBuilder()
                .setTaskName("savant")
                .setUnit(" frames", 1)
                .setInitialMax(-1)
                .showSpeed()
                .build();
  }

  /** Counts the frames of a batch. */
  void step(BatchPipeline pipeline, BatchView batch) {
    if (bar == null) {
      return;
    }
    if (!hasStarted) {
      hasStarted = true;
      bar.maxHint(total(pipeline, batch));
    }
    bar.stepBy(batch.size());
  }

  /** The frames to expect, by the lengths of the inputs; -1 if one is not known. */
  private static long total(BatchPipeline pipeline, BatchView batch) {
    long total = 0;
    for (int slot = 0; slot < batch.size(); slot++) {
      long length = pipeline.sourceBin(batch.padIndex(slot)).queryDuration(Format.TIME);
      if (length <= 0 || batch.durationNs(slot) <= 0) {
        return -1;
      }
      total += Math.round((double) length / batch.durationNs(slot));
    }
    return batch.size() == pipeline.stats().sources().size() ? total : -1;
  }

  /** Containers may promise a frame more than there is: what came was all. */
  void finish() {
    if (bar != null) {
      bar.maxHint(bar.getCurrent());
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
