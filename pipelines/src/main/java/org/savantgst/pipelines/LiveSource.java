/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import com.sun.jna.Pointer;
import org.freedesktop.gstreamer.Bin;
import org.freedesktop.gstreamer.Element;
import org.freedesktop.gstreamer.Pad;
import org.freedesktop.gstreamer.glib.Natives;
import org.savantgst.pipelines.lowlevel.MessageAPI;

/** A source in a pipeline, from when it is added until it is removed. */
final class LiveSource {
  static final String BIN_PREFIX = "source-";

  final Source source;

  /** The number of its pad of savantbatch and of its bin. */
  final int place;

  final int id;

  /** What came to the place before was another source's, in the time of System.nanoTime. */
  final long addedNs = System.nanoTime();

  /** The same for messages. */
  final int addedSeqnum = MessageAPI.MESSAGE_API.gst_util_seqnum_next();

  /* Set once by PipelineGraph. Head is null where a source is made of any elements. */
  Bin bin;
  Element head;
  Element exit;
  Pad pad;
  private volatile Pointer address;

  /* Guarded by this. */
  private boolean isHeadShared;

  /* Guarded by Accounts. */
  long handedOut;
  long lastEndNs;

  /* Guarded by Failures. */
  boolean failed;
  boolean starting;
  PipelineException startFailure;

  /* Of SourceWatch. */
  boolean began;
  boolean ended;
  boolean isStill;
  long lastIn;
  long since = addedNs;

  LiveSource(Source source, int place, int id) {
    this.source = source;
    this.place = place;
    this.id = id;
    began = source.kind() != Source.Kind.URI;
  }

  static boolean isBinName(String name) {
    return name.startsWith(BIN_PREFIX);
  }

  String binName() {
    return BIN_PREFIX + place;
  }

  String padName() {
    return "sink_" + place;
  }

  void setBin(Bin bin) {
    this.bin = bin;
    address = Natives.getRawPointer(bin);
  }

  /** Whether an object is its bin; the bin lives. */
  boolean isAt(Pointer object) {
    return object.equals(address);
  }

  /** The program gets the head: from now on a removal leaves it alone. */
  synchronized void shareHead() {
    isHeadShared = true;
  }

  synchronized boolean isHeadShared() {
    return isHeadShared;
  }

  @Override
  public String toString() {
    return source.toString();
  }
}
