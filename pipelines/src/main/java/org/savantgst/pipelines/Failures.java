/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.util.concurrent.TimeUnit;

/**
 * Which sources failed, or the rest, and the one exception that comes of it. What follows from a
 * failure is left out, as is the failure of a source that is being added, which is its caller's.
 * Any thread.
 */
final class Failures {
  /* Guarded by this. */
  private PipelineException first;
  private boolean broken;
  private boolean told;

  /** False if it followed from another. The source is null for what is behind the sources. */
  synchronized boolean add(LiveSource source, PipelineException e) {
    if (source != null && source.starting) {
      if (source.startFailure == null) {
        source.startFailure = e;
        notifyAll();
      }
      return false;
    }
    if (broken || (source != null && source.failed)) {
      return false;
    }
    if (source == null) {
      broken = true;
    } else {
      source.failed = true;
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

  synchronized boolean isFailed(LiveSource source) {
    return source.failed;
  }

  /** Whether what is behind the sources failed, or all of it. */
  synchronized boolean isBroken() {
    return broken;
  }

  /** Failures of the source go to the caller until {@link #endStart}. */
  synchronized void beginStart(LiveSource source) {
    source.starting = true;
  }

  /**
   * What failed since {@link #beginStart}, null for nothing. After a failure, or where the source
   * has not started, what it still posts stays its caller's.
   */
  synchronized PipelineException endStart(LiveSource source, boolean hasStarted) {
    source.starting = source.startFailure != null || !hasStarted;
    return source.startFailure;
  }

  /**
   * Waits until the bus has told why a state change failed.
   *
   * @param source null for what is behind the sources
   * @return whether it has
   */
  synchronized boolean await(LiveSource source, long timeoutMs) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    while (!broken && (source == null || (!source.failed && source.startFailure == null))) {
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
