/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

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
  private final IntConsumer onDead;
  private final One[] sources;
  private boolean allBegan;
  private long next;

  private static final class One {
    boolean began;
    boolean ended;
    boolean isStill;
    long lastIn;
    long since = System.nanoTime();
  }

  /** Dead ones are told once each. */
  SourceWatch(PipelineGraph graph, Failures failures, List<Source> sources, IntConsumer onDead) {
    this.graph = graph;
    this.failures = failures;
    this.onDead = onDead;
    this.sources = new One[sources.size()];
    for (int i = 0; i < this.sources.length; i++) {
      this.sources[i] = new One();
      this.sources[i].began = sources.get(i).kind() != Source.Kind.URI;
    }
    next = System.nanoTime();
  }

  void check() {
    long now = System.nanoTime();
    if (now - next < 0 || (allBegan && failures.isEmpty())) {
      return;
    }
    next = now + EVERY_NS;
    allBegan = true;
    List<FrameCounts> counts = BatchCounts.read(graph.batch(), sources.length);
    for (int i = 0; i < sources.length; i++) {
      One source = sources[i];
      source.began = source.began || counts.get(i).in() > 0;
      if (failures.isFailed(i)) {
        endIfSilent(i, counts.get(i), now);
      } else if (!source.began) {
        allBegan = false;
        tellIfDead(i, now);
      }
    }
  }

  private void endIfSilent(int i, FrameCounts counts, long now) {
    One source = sources[i];
    if (counts.in() != source.lastIn || counts.held() > 0) {
      source.lastIn = counts.in();
      source.since = now;
    } else if (!source.ended && now - source.since >= SILENCE_NS) {
      source.ended = true;
      graph.endPad(i);
    }
  }

  private void tellIfDead(int i, long now) {
    One source = sources[i];
    if (now - source.since < DEAD_NS) {
      return;
    }
    source.since = now;
    boolean wasStill = source.isStill;
    source.isStill = graph.isStill(i);
    if (wasStill && source.isStill) {
      onDead.accept(i);
    }
  }
}
