/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.savantgst.elements.BatchStats;
import org.savantgst.elements.FlowStats;

/**
 * Watches sources of which nothing comes. By one thread at a time.
 *
 * <p>The pad of a failed source is ended: many elements send end of stream after an error, behind
 * the frames that are on their way; those that do not are ended when nothing has come for a while
 * and nothing waits in the batch.
 *
 * <p>decodebin keeps errors to itself that an element posts while it is being connected. So a
 * source counts as dead if it has brought no frame and no thread of it runs any more.
 */
final class SourceWatch {
  private static final long EVERY_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long SILENCE_NS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long DEAD_NS = TimeUnit.SECONDS.toNanos(1);

  private final PipelineGraph graph;
  private final Failures failures;
  private final SourceTable sources;
  private final Consumer<LiveSource> onDead;
  private boolean allBegan;
  private long next = System.nanoTime();

  /** Dead ones are told once each. */
  SourceWatch(
      PipelineGraph graph, Failures failures, SourceTable sources, Consumer<LiveSource> onDead) {
    this.graph = graph;
    this.failures = failures;
    this.sources = sources;
    this.onDead = onDead;
  }

  /** There is a source more. */
  void onAdded() {
    allBegan = false;
  }

  void check() {
    long now = System.nanoTime();
    if (now - next < 0 || (allBegan && failures.isEmpty())) {
      return;
    }
    next = now + EVERY_NS;
    allBegan = true;
    Map<String, BatchStats.PadStats> pads = BatchStats.of(graph.batch()).pads();
    for (LiveSource source : sources.list()) {
      BatchStats.PadStats pad = pads.get(source.padName());
      if (pad == null) {
        continue;
      }
      source.began = source.began || pad.frames().in() > 0;
      if (failures.isFailed(source)) {
        endIfSilent(source, pad.frames(), now);
      } else if (!source.began) {
        allBegan = false;
        tellIfDead(source, now);
      }
    }
  }

  private void endIfSilent(LiveSource source, FlowStats counts, long now) {
    if (counts.in() != source.lastIn || counts.held() > 0) {
      source.lastIn = counts.in();
      source.since = now;
    } else if (!source.ended && now - source.since >= SILENCE_NS) {
      source.ended = true;
      graph.endPad(source);
    }
  }

  private void tellIfDead(LiveSource source, long now) {
    if (now - source.since < DEAD_NS) {
      return;
    }
    source.since = now;
    boolean wasStill = source.isStill;
    source.isStill = graph.isStill(source);
    if (wasStill && source.isStill) {
      onDead.accept(source);
    }
  }
}
