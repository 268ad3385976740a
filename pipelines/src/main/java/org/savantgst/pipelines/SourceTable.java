/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The sources of a pipeline by their places. A place is taken from {@link #reserve} to {@link
 * #free}; in between the source is shown and hidden. Any thread.
 */
final class SourceTable {
  /* Guarded by this. */
  private final List<LiveSource> taken = new ArrayList<>();
  private boolean hasHidden;

  /** By place, null for none; replaced, never changed. */
  private volatile LiveSource[] shown = {};

  /**
   * Takes the first place whose number is no other source's id: savantbatch gives a new pad that id
   * first.
   *
   * @throws IllegalArgumentException if another source has the id
   */
  synchronized LiveSource reserve(Source source) {
    for (LiveSource other : taken) {
      if (other != null && source.id().isPresent() && source.id().getAsInt() == other.id) {
        throw new IllegalArgumentException(
            "source id " + other.id + " of " + source + " is that of " + other);
      }
    }
    int place = 0;
    while (isTaken(place)) {
      place++;
    }
    return take(source, place);
  }

  private boolean isTaken(int place) {
    return (place < taken.size() && taken.get(place) != null)
        || taken.stream().anyMatch(other -> other != null && other.id == place);
  }

  /** Takes a place of the builder. */
  synchronized LiveSource take(Source source, int place) {
    while (taken.size() <= place) {
      taken.add(null);
    }
    LiveSource live = new LiveSource(source, place, source.id().orElse(place));
    taken.set(place, live);
    return live;
  }

  synchronized void show(LiveSource live) {
    LiveSource[] next = Arrays.copyOf(shown, Math.max(shown.length, live.place + 1));
    next[live.place] = live;
    shown = next;
  }

  synchronized void hide(LiveSource live) {
    LiveSource[] next = shown.clone();
    next[live.place] = null;
    shown = next;
    hasHidden = true;
  }

  /** Gives the place back. */
  synchronized void free(LiveSource live) {
    taken.set(live.place, null);
  }

  /** Whether any source was ever hidden. */
  synchronized boolean hasHidden() {
    return hasHidden;
  }

  /** By place, null for none. Not to be changed. */
  LiveSource[] byPlace() {
    return shown;
  }

  /** Those that are shown, in the order of their places. */
  List<LiveSource> list() {
    return Stream.of(shown).filter(Objects::nonNull).toList();
  }

  boolean isEmpty() {
    return list().isEmpty();
  }

  /**
   * The source at a place.
   *
   * @throws IndexOutOfBoundsException if there is none
   */
  LiveSource at(int place) {
    LiveSource live = find(place);
    if (live == null) {
      throw new IndexOutOfBoundsException("source " + place + ": there is none");
    }
    return live;
  }

  /** The source at a place, null if there is none. */
  LiveSource find(int place) {
    LiveSource[] now = shown;
    return place >= 0 && place < now.length ? now[place] : null;
  }

  /**
   * The source that has an id.
   *
   * @throws IllegalArgumentException if none has it
   */
  LiveSource withId(int id) {
    List<LiveSource> now = list();
    for (LiveSource live : now) {
      if (live.id == id) {
        return live;
      }
    }
    throw new IllegalArgumentException(
        "no source has id "
            + id
            + ": there are "
            + now.stream().map(live -> live.id).sorted().toList());
  }

  /** The source whose bin an object is, null for none. */
  LiveSource findBin(Pointer object) {
    for (LiveSource live : shown) {
      if (live != null && live.isAt(object)) {
        return live;
      }
    }
    return null;
  }
}
