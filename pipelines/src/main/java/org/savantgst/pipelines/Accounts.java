/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.freedesktop.gstreamer.Element;
import org.savantgst.batch.BatchView;

/** What became of the frames, and when. Any thread. */
final class Accounts {
  private final List<Source> sources;
  private final int[] sourceIds;

  /* Guarded by this. */
  private final long[] handedOut;
  private final long[] lastEndNs;
  private final LatencyHistogram latency = new LatencyHistogram();
  private long batches;
  private boolean started;
  private boolean ended;
  private long startNs;
  private long endNs;
  private long progressNs;

  Accounts(List<Source> sources, int[] sourceIds) {
    this.sources = sources;
    this.sourceIds = sourceIds;
    handedOut = new long[sources.size()];
    lastEndNs = new long[sources.size()];
  }

  synchronized void start() {
    started = true;
    startNs = System.nanoTime();
    progressNs = startNs;
  }

  /** Time stands still from now on. */
  synchronized void end() {
    if (!ended) {
      ended = true;
      endNs = System.nanoTime();
    }
  }

  /** Counts a batch that the program gets. */
  synchronized void count(BatchView view) {
    batches++;
    progressNs = System.nanoTime();
    for (int slot = 0; slot < view.size(); slot++) {
      int source = view.padIndex(slot);
      if (source >= 0 && source < handedOut.length) {
        handedOut[source]++;
        lastEndNs[source] = view.ptsNs(slot) + Math.max(view.durationNs(slot), 0);
        latency.record(view.takenAtNs() - view.arrivalNs(slot));
      }
    }
  }

  /** Counts a batch that was taken for nobody. */
  synchronized void progress() {
    progressNs = System.nanoTime();
  }

  /** When the last batch came, in the time of {@link System#nanoTime}. */
  synchronized long progressNs() {
    return progressNs;
  }

  /** Until where the frames of a source have come, in its own time. */
  synchronized long lastEndNs(int source) {
    return lastEndNs[source];
  }

  synchronized PipelineStats snapshot(Element batch, boolean atEnd) {
    List<FrameCounts> counts = BatchCounts.read(batch, sources.size());
    List<SourceStats> all = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      FrameCounts frames = counts(counts.get(i), handedOut[i], atEnd);
      all.add(new SourceStats(sourceIds[i], sources.get(i).name(), frames));
    }
    long elapsed = started ? (ended ? endNs : System.nanoTime()) - startNs : 0;
    return new PipelineStats(
        all, batches, Duration.ofNanos(elapsed), percentile(0.5), percentile(0.99));
  }

  /** What savantbatch pushed and nobody has pulled yet is held, in the end it is dropped. */
  private static FrameCounts counts(FrameCounts batch, long handedOut, boolean atEnd) {
    long unread = batch.out() + batch.held() - handedOut;
    if (!atEnd || unread == 0) {
      return new FrameCounts(batch.in(), handedOut, unread, batch.dropped());
    }
    Map<String, Long> dropped = new TreeMap<>(batch.dropped());
    dropped.put("stopped", unread);
    return new FrameCounts(batch.in(), handedOut, 0, dropped);
  }

  private Duration percentile(double share) {
    long ns = latency.percentile(share);
    return ns < 0 ? null : Duration.ofNanos(ns);
  }
}
