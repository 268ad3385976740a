/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.savantgst.elements.BatchStats;
import org.savantgst.pipelines.FrameCounts;
import org.savantgst.pipelines.PipelineStats;
import org.savantgst.pipelines.SourceStats;

/** What a run prints at its end. */
final class RunReport {
  private RunReport() {}

  static void print(PrintWriter writer, PipelineStats stats) {
    TextTable table = new TextTable("source", "id", "in", "out", "held", "dropped");
    for (SourceStats source : stats.sources()) {
      row(table, source.name(), source.sourceId(), source.frames());
    }
    row(table, "all", "", stats.total());
    writer.print(table);
    writer.printf(
        Locale.ROOT,
        "%d frames in %d batches%s, %.1f frames/s, latency p50 %s, p99 %s%n",
        stats.total().out(),
        stats.batches(),
        stats.batches() == 0 ? "" : reasons(stats.batch()),
        stats.framesPerSecond(),
        milliseconds(stats.latencyP50()),
        milliseconds(stats.latencyP99()));
  }

  /** Why the batches went out when they did. */
  private static String reasons(BatchStats batch) {
    return batch.reasons().entrySet().stream()
        .filter(e -> e.getValue() > 0)
        .map(e -> e.getKey().name().toLowerCase(Locale.ROOT) + " " + e.getValue())
        .collect(Collectors.joining(", ", " (", ")"));
  }

  private static void row(TextTable table, String name, Object id, FrameCounts frames) {
    table.row(name, id, frames.in(), frames.out(), frames.held(), dropped(frames));
  }

  private static String dropped(FrameCounts frames) {
    Map<String, Long> reasons = frames.dropped();
    if (reasons.isEmpty()) {
      return "0";
    }
    return frames.droppedTotal()
        + reasons.entrySet().stream()
            .map(e -> e.getKey() + " " + e.getValue())
            .collect(Collectors.joining(", ", " (", ")"));
  }

  private static String milliseconds(Duration latency) {
    return latency == null
        ? "none"
        : String.format(Locale.ROOT, "%.2f ms", latency.toNanos() / 1e6);
  }
}
