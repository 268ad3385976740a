/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

import org.freedesktop.gstreamer.Bin;
import org.freedesktop.gstreamer.Caps;
import org.freedesktop.gstreamer.Element;
import org.freedesktop.gstreamer.GstObject;
import org.freedesktop.gstreamer.Pad;
import org.freedesktop.gstreamer.PadLinkException;
import org.freedesktop.gstreamer.State;

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
          "source " + source.getName() + " is in " + parent.getName() + " already");
    }
    Pad src = source.getStaticPad(SRC);
    if (src == null) {
      throw new IllegalArgumentException(
          "source "
              + source.getName()
              + " has no pad src: put what makes its pads later into a bin with a ghost pad src");
    }
    Pad pad = batch.addSource(sourceId);
    source.setLockedState(true);
    bin.add(source);
    try {
      src.link(pad);
      source.setLockedState(false);
      if (!source.syncStateWithParent()) {
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
              + ", and a batch takes video/x-raw in the formats and memory that savantbatch takes",
          e);
    } catch (RuntimeException | Error e) {
      take(bin, batch, pad, source);
      throw e;
    }
    return pad;
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
    batch.removeSource(sourceId);
    stop(bin, source);
  }
}
