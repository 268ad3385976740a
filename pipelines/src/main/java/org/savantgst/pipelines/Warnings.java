/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Keeps the first warnings and passes each on. Any thread. */
final class Warnings {
  private static final int KEPT = 100;

  private final List<String> texts = new ArrayList<>();
  private final Consumer<String> listener;

  Warnings(Consumer<String> listener) {
    this.listener = listener;
  }

  void add(String text) {
    synchronized (texts) {
      if (texts.size() < KEPT) {
        texts.add(text);
      }
    }
    listener.accept(text);
  }

  List<String> list() {
    synchronized (texts) {
      return List.copyOf(texts);
    }
  }
}
