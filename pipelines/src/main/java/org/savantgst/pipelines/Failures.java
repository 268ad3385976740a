/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.util.concurrent.TimeUnit;

/**
 * Which sources failed, or the rest, and the one exception that comes of it. What follows from a
 * failure is left out. Any thread.
 */
final class Failures {
  /* Guarded by this. */
  private final boolean[] failed;
  private PipelineException first;
  private boolean broken;
  private boolean told;

  Failures(int sources) {
    failed = new boolean[sources];
  }

  /** False if it followed from another. */
  synchronized boolean add(PipelineException e) {
    int source = e.source().orElse(-1);
    if (broken || (source >= 0 && failed[source])) {
      return false;
    }
    if (source < 0) {
      broken = true;
    } else {
      failed[source] = true;
    }
    if (first == null) {
      first = e;
    } else {
      first.addSuppressed(e);
    }
    notifyAll();
    return true;
  }

  synchronized boolean isEmpty() {
    return first == null;
  }

  synchronized boolean isFailed(int source) {
    return failed[source];
  }

  /** Whether what is behind the sources failed, or all of it. */
  synchronized boolean isBroken() {
    return broken;
  }

  /**
   * Waits until the bus has told why a state change failed.
   *
   * @param source -1 for what is behind the sources
   * @return whether it has
   */
  synchronized boolean await(int source, long timeoutMs) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    while (!broken && (source < 0 || !failed[source])) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        return false;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  /** What is to be thrown, once; null for nothing. */
  synchronized PipelineException take() {
    if (told) {
      return null;
    }
    told = first != null;
    return first;
  }
}
