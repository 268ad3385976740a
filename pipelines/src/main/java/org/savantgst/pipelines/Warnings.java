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

  private final Consumer<Throwable> onFailure;

  Warnings(Consumer<String> listener, Consumer<Throwable> onFailure) {
    this.listener = listener;
    this.onFailure = onFailure;
  }

  void add(String text) {
    synchronized (texts) {
      if (texts.size() < KEPT) {
        texts.add(text);
      }
    }
    try {
      listener.accept(text);
    } catch (RuntimeException | Error e) {
      onFailure.accept(e);
    }
  }

  List<String> list() {
    synchronized (texts) {
      return List.copyOf(texts);
    }
  }
}
