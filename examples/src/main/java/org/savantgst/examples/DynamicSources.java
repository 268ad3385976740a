/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.HashSet;
import java.util.Set;
import org.savantgst.batch.BatchView;
import org.savantgst.pipelines.BatchPipeline;
import org.savantgst.pipelines.Source;
import org.savantgst.pipelines.SourceErrors;
import org.savantgst.surface.VideoFormat;

/**
 * Sources that come and go while batches flow, by lines on standard input: {@code DynamicSources}.
 *
 * <p>{@code add URI} adds a source, for instance a file or a camera, {@code add pattern:ball} one
 * that is drawn; {@code remove ID} removes it; {@code quit} or the end of the input ends all.
 * Source 0 is there from the beginning.
 */
public final class DynamicSources {
  private static final String PATTERN = "pattern:";

  private DynamicSources() {}

  /**
   * Runs until it is told to end.
   *
   * @param args none
   */
  public static void main(String[] args) {
    try (BatchPipeline pipeline =
        BatchPipeline.builder()
            .source(source("pattern:counter"))
            .output(VideoFormat.RGBA, 320, 180)
            .onSourceError(SourceErrors.CONTINUE)
            .build()) {
      Thread commands = new Thread(() -> obey(pipeline), "commands");
      commands.setDaemon(true);
      commands.start();
      Set<Long> seen = new HashSet<>();
      pipeline.run(batch -> tellNew(batch, seen));
      System.out.println(pipeline.batchStats());
    }
  }

  private static Source source(String where) {
    if (where.startsWith(PATTERN)) {
      return Source.pattern(where.substring(PATTERN.length()) + " is-live=true")
          .through("video/x-raw,width=320,height=180,framerate=25/1");
    }
    return Source.uri(where);
  }

  private static void tellNew(BatchView batch, Set<Long> seen) {
    for (int slot = 0; slot < batch.size(); slot++) {
      long id = batch.sourceId(slot);
      if (seen.add(id)) {
        System.out.println("source " + id + " has its first frame in a batch");
      }
    }
  }

  /** In a thread of its own; any other may add and remove too, also at the same time. */
  private static void obey(BatchPipeline pipeline) {
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in))) {
      for (String line; (line = lines.readLine()) != null && !line.equals("quit"); ) {
        try {
          obey(pipeline, line.split(" ", 2));
        } catch (RuntimeException e) {
          // A wrong id, a source that does not start: the others go on.
          System.out.println("no: " + e.getMessage());
        }
      }
    } catch (IOException e) {
      System.out.println("standard input: " + e.getMessage());
    }
    pipeline.endOfStream();
  }

  private static void obey(BatchPipeline pipeline, String[] words) {
    if (words.length == 2 && words[0].equals("add")) {
      System.out.println("added source " + pipeline.addSource(source(words[1])));
    } else if (words.length == 2 && words[0].equals("remove")) {
      pipeline.removeSource(Integer.parseInt(words[1]));
      System.out.println("removed source " + words[1]);
    } else {
      System.out.println("commands: add URI, add pattern:NAME, remove ID, quit");
    }
  }
}
