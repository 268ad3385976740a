/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples;

import java.nio.file.Path;
import org.savantgst.batch.BatchView;
import org.savantgst.pipelines.BatchPipeline;
import org.savantgst.pipelines.Source;
import org.savantgst.surface.VideoFormat;

/** Letterboxes two videos into batches: {@code LetterboxFiles FILE FILE}. */
public class LetterboxFiles {
  public static void main(String[] files) {
    try (BatchPipeline pipeline =
        BatchPipeline.builder()
            .source(Source.file(Path.of(files[0])))
            .source(Source.file(Path.of(files[1])))
            .output(VideoFormat.RGBA, 640, 640)
            .build()) {
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
