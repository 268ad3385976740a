/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Lines that any number of threads print, for one thread that waits for them. Unlike a {@link
 * java.io.PipedOutputStream} it does not mind that a thread ends after it has printed.
 */
final class PrintedLines extends OutputStream {
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final List<String> waiting = new ArrayList<>();

  @Override
  public synchronized void write(int b) {
    if (b == '\n') {
      lines.add(line.toString(StandardCharsets.UTF_8));
      line.reset();
    } else {
      line.write(b);
    }
  }

  /** The first line like a pattern, also one of those that came before what was waited for. */
  String await(String pattern) throws InterruptedException {
    for (int i = 0; i < waiting.size(); i++) {
      if (waiting.get(i).matches(pattern)) {
        return waiting.remove(i);
      }
    }
    for (String next; (next = lines.poll(30, TimeUnit.SECONDS)) != null; waiting.add(next)) {
      if (next.matches(pattern)) {
        return next;
      }
    }
    throw new AssertionError("no line like " + pattern + " after " + waiting);
  }
}
