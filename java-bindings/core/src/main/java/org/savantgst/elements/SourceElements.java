/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

import org.freedesktop.gstreamer.Bin;
import org.freedesktop.gstreamer.Caps;
import org.freedesktop.gstreamer.Clock;
import org.freedesktop.gstreamer.Element;
import org.freedesktop.gstreamer.GstObject;
import org.freedesktop.gstreamer.Pad;
import org.freedesktop.gstreamer.PadLinkException;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.State;
import org.freedesktop.gstreamer.StateChangeReturn;
import org.freedesktop.gstreamer.glib.NativeEnum;
import org.savantgst.lowlevel.Clocks;

/**
 * Elements that come to a batch and go. Their state is locked but while they are linked: a bin that
 * is on its way to another state would start them before, or again after they were stopped.
 */
final class SourceElements {
  private static final String SRC = "src";

  private SourceElements() {}

  private static Bin binOf(SavantBatch batch) {
    if (batch.getParent() instanceof Bin bin) {
      return bin;
    }
    throw new IllegalStateException(
        batch.getName() + " is in no bin: add it to a pipeline first, to which sources come, too");
  }

  static Pad add(SavantBatch batch, int sourceId, Element source) {
    Properties.requirePresent("source", source);
    Bin bin = binOf(batch);
    GstObject parent = source.getParent();
    if (parent != null) {
      throw new IllegalArgumentException(
          "source "
              + source.getName()
              + " is in "
              + parent.getName()
              + " already: remove it there first, or add another one");
    }
    Pad src = source.getStaticPad(SRC);
    if (src == null) {
      throw new IllegalArgumentException(
          "source "
              + source.getName()
              + " has no pad src: it must be a source, or a bin with a ghost pad src");
    }
    if (src.isLinked()) {
      throw new IllegalArgumentException(
          "source " + source.getName() + ": its pad src is linked already: unlink it first");
    }
    Pad pad = batch.addSource(sourceId);
    source.setLockedState(true);
    if (source instanceof Bin) {
      // What waits inside, as decodebin does, is not for the whole pipeline to wait for.
      source.set("async-handling", true);
    }
    if (!bin.add(source)) {
      batch.releaseRequestPad(pad);
      throw new IllegalArgumentException(
          "source "
              + source.getName()
              + ": "
              + bin.getName()
              + " has an element of this name already: give it another one");
    }
    try {
      src.link(pad);
      source.setLockedState(false);
      if (!follow(bin, source)) {
        throw new IllegalStateException(
            "source " + source.getName() + " does not start: the bus tells why");
      }
    } catch (PadLinkException e) {
      String caps = capsOf(src);
      take(bin, batch, pad, source);
      throw new IllegalArgumentException(
          "source "
              + source.getName()
              + " gives "
              + caps
              + ", of which savantbatch takes nothing: put videoconvert behind it, or what decodes it",
          e);
    } catch (RuntimeException | Error e) {
      take(bin, batch, pad, source);
      throw e;
    }
    return pad;
  }

  /**
   * Brings it to the state that the bin is in, or in the step that it is taking: further ones it
   * takes with the bin, which gives it the clock. False where it refuses.
   */
  private static boolean follow(Bin bin, Element source) {
    State wanted;
    do {
      State[] states = statesOf(bin);
      wanted = stepOf(states);
      StateChangeReturn result = source.setState(wanted);
      if (result == StateChangeReturn.FAILURE) {
        return false;
      }
      if (result == StateChangeReturn.NO_PREROLL && states[1] == State.PLAYING) {
        return startLive(bin, source);
      }
    } while (stepOf(statesOf(bin)) != wanted);
    return true;
  }

  /**
   * A live source has no frames before PLAYING, and a sink that waits for one would keep the
   * pipeline from it: it goes ahead, by the clock that the pipeline will have.
   */
  private static boolean startLive(Bin bin, Element source) {
    if (bin instanceof Pipeline pipeline) {
      Clock clock = pipeline.getClock();
      Clocks.set(source, clock);
      source.setBaseTime(clock.getTime());
    }
    return source.syncStateWithParent();
  }

  /** The current state, and the one that it is on its way to. */
  private static State[] statesOf(Bin bin) {
    State[] states = new State[2];
    bin.getState(0, states);
    return states;
  }

  private static State stepOf(State[] states) {
    int current = states[0].intValue();
    int pending = states[1].intValue();
    if (states[1] == State.VOID_PENDING || pending == current) {
      return states[0];
    }
    return NativeEnum.fromInt(State.class, pending > current ? current + 1 : current - 1);
  }

  private static String capsOf(Pad src) {
    try (Caps caps = src.queryCaps(null)) {
      return caps.toString();
    }
  }

  private static void take(Bin bin, SavantBatch batch, Pad pad, Element source) {
    batch.releaseRequestPad(pad);
    stop(bin, source);
  }

  /** It stays locked: a bin that is just going through its elements may still have it. */
  private static void stop(Bin bin, Element source) {
    source.setLockedState(true);
    source.setState(State.NULL);
    bin.remove(source);
  }

  static void remove(SavantBatch batch, int sourceId, Element source) {
    Properties.requirePresent("source", source);
    Bin bin = binOf(batch);
    if (!bin.equals(source.getParent())) {
      throw new IllegalArgumentException(
          "source "
              + source.getName()
              + " is not in "
              + bin.getName()
              + ", which holds "
              + batch.getName());
    }
    checkBrings(batch, sourceId, source);
    batch.removeSource(sourceId);
    stop(bin, source);
  }

  private static void checkBrings(SavantBatch batch, int sourceId, Element source) {
    Pad pad = batch.padOf(sourceId);
    Pad peer = pad != null ? pad.getPeer() : null;
    Element brings = peer != null ? peer.getParentElement() : null;
    // The peer of a ghost pad's inside is in no element.
    if (peer != null && !source.equals(brings)) {
      throw new IllegalArgumentException(
          "source id "
              + sourceId
              + " is brought by "
              + (brings != null ? brings : peer).getName()
              + ", not by "
              + source.getName()
              + ": name the pair that was added together");
    }
  }
}
