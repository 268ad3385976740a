/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.time.Duration;
import java.util.List;
import org.savantgst.elements.BatchStats;

/**
 * The figures of a pipeline at one moment.
 *
 * @param sources of every source that is there, in the order of their places
 * @param removed the frames of sources that were removed; what they held then is dropped for the
 *     reason {@code released}
 * @param batches batches that were handed to the program
 * @param elapsed time from the start until now, or until the end
 * @param latencyP50 the median time from a frame's arrival at savantbatch until the program had it,
 *     null before the first
 * @param latencyP99 the same, exceeded by one frame of a hundred
 * @param batch what savantbatch itself has counted, of the same moment: its {@code out} is what it
 *     pushed, not what the program took
 */
public record PipelineStats(
    List<SourceStats> sources,
    FrameCounts removed,
    long batches,
    Duration elapsed,
    Duration latencyP50,
    Duration latencyP99,
    BatchStats batch) {
  /** Keeps a copy of the list. */
  public PipelineStats {
    sources = List.copyOf(sources);
  }

  /**
   * Returns what became of the frames of all sources, also of removed ones.
   *
   * @return the sum
   */
  public FrameCounts total() {
    return sources.stream().map(SourceStats::frames).reduce(removed, FrameCounts::plus);
  }

  /**
   * Returns the throughput since the start.
   *
   * @return frames handed out, of all sources, a second
   */
  public double framesPerSecond() {
    double seconds = elapsed.toNanos() / 1e9;
    return seconds > 0 ? total().out() / seconds : 0;
  }
}
