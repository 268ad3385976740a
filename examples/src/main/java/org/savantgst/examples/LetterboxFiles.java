/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples;

import java.nio.file.Path;
import org.savantgst.batch.BatchView;
import org.savantgst.pipelines.BatchPipeline;
import org.savantgst.pipelines.BatchPipelineBuilder;
import org.savantgst.pipelines.Source;
import org.savantgst.surface.VideoFormat;

/** Letterboxes video files into batches: {@code LetterboxFiles FILE...}. */
public final class LetterboxFiles {
  private LetterboxFiles() {}

  /**
   * Prints where each picture lies in its slot, and one of its pixels.
   *
   * @param files the videos
   */
  public static void main(String[] files) {
    BatchPipelineBuilder builder = BatchPipeline.builder().output(VideoFormat.RGBA, 640, 640);
    for (String file : files) {
      builder.source(Source.file(Path.of(file)));
    }
    try (BatchPipeline pipeline = builder.build()) {
      for (BatchView batch : pipeline) {
        for (int slot = 0; slot < batch.size(); slot++) {
          System.out.printf(
              "source %d, %d ns: picture in %s, red of the centre %d%n",
              batch.sourceId(slot),
              batch.ptsNs(slot),
              batch.destinationRect(slot),
              batch.get(slot, 320, 320, 0));
        }
      }
    }
  }
}
