/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.freedesktop.gstreamer.Element;
import org.savantgst.batch.BatchView;
import org.savantgst.elements.BatchStats;
import org.savantgst.elements.FlowStats;

/** What became of the frames, and when. Any thread. */
final class Accounts {
  private static final FlowStats NOTHING = new FlowStats(0, 0, 0, 0, Map.of(), Map.of());

  private final SourceTable sources;

  /* Guarded by this. */
  private final LatencyHistogram latency = new LatencyHistogram();
  private long ofRemoved;
  private long batches;
  private boolean started;
  private boolean ended;
  private long startNs;
  private long endNs;
  private long progressNs;

  Accounts(SourceTable sources) {
    this.sources = sources;
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
    LiveSource[] places = sources.byPlace();
    for (int slot = 0; slot < view.size(); slot++) {
      int place = view.padIndex(slot);
      LiveSource source = place >= 0 && place < places.length ? places[place] : null;
      if (source == null || view.arrivalNs(slot) < source.addedNs) {
        ofRemoved++;
      } else {
        source.handedOut++;
        source.lastEndNs = view.ptsNs(slot) + Math.max(view.durationNs(slot), 0);
      }
      latency.record(view.takenAtNs() - view.arrivalNs(slot));
    }
  }

  /** Hides a source; what it brought stays in the totals. */
  synchronized void remove(LiveSource source) {
    sources.hide(source);
    ofRemoved += source.handedOut;
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
  synchronized long lastEndNs(LiveSource source) {
    return source.lastEndNs;
  }

  synchronized PipelineStats snapshot(Element batch, boolean atEnd) {
    BatchStats stats = BatchStats.of(batch);
    List<SourceStats> all = new ArrayList<>();
    FrameCounts present = new FrameCounts(0, 0, 0, Map.of());
    for (LiveSource source : sources.list()) {
      BatchStats.PadStats pad = stats.pads().get(source.padName());
      FrameCounts frames = counts(pad == null ? NOTHING : pad.frames());
      present = present.plus(frames);
      all.add(
          new SourceStats(
              source.id, source.source.name(), handedOut(frames, source.handedOut, atEnd)));
    }
    FrameCounts removed = handedOut(minus(counts(stats.total()), present), ofRemoved, atEnd);
    long elapsed = started ? (ended ? endNs : System.nanoTime()) - startNs : 0;
    return new PipelineStats(
        all, removed, batches, Duration.ofNanos(elapsed), percentile(0.5), percentile(0.99), stats);
  }

  private static FrameCounts counts(FlowStats flow) {
    Map<String, Long> dropped = new TreeMap<>(flow.dropped());
    dropped.values().removeIf(count -> count == 0);
    return new FrameCounts(flow.in(), flow.out(), flow.held(), dropped);
  }

  /** Pads that are being removed, or have no source yet, count with those that were removed. */
  private static FrameCounts minus(FrameCounts total, FrameCounts part) {
    Map<String, Long> dropped = new TreeMap<>(total.dropped());
    part.dropped().forEach((reason, count) -> dropped.merge(reason, -count, Long::sum));
    dropped.values().removeIf(count -> count == 0);
    return new FrameCounts(
        total.in() - part.in(), total.out() - part.out(), total.held() - part.held(), dropped);
  }

  /** What savantbatch pushed and nobody has pulled yet is held, in the end it is dropped. */
  private static FrameCounts handedOut(FrameCounts batch, long handedOut, boolean atEnd) {
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
