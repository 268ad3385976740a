/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import static org.savantgst.pipelines.lowlevel.MessageAPI.MESSAGE_API;
import static org.savantgst.pipelines.lowlevel.StructureAPI.STRUCTURE_API;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.freedesktop.gstreamer.Bus;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.glib.Natives;
import org.freedesktop.gstreamer.lowlevel.GlibAPI;
import org.freedesktop.gstreamer.lowlevel.GstBusAPI;
import org.freedesktop.gstreamer.lowlevel.GstBusPtr;
import org.freedesktop.gstreamer.lowlevel.GstMessagePtr;
import org.freedesktop.gstreamer.lowlevel.GstObjectPtr;
import org.freedesktop.gstreamer.message.MessageType;

/**
 * Listens to the bus: the first error of every source and of the rest becomes an exception,
 * warnings and stalls become texts. Messages are handled on GStreamer's executor of gst1-java-core,
 * in the order in which they were posted, and without wrappers.
 */
final class BusWatch implements GstBusAPI.BusCallback {
  /** A source's bin in the path of an element in it. */
  private static final Pattern SOURCE_BIN =
      Pattern.compile("/GstBin:" + LiveSource.BIN_PREFIX + "([0-9]{1,9})/");

  /** Where a {@code GError} has its text. */
  private static final int ERROR_TEXT = 8;

  private final Bus bus;
  private final Bus.MESSAGE key = (from, message) -> {};
  private final Pointer pipeline;
  private final SourceTable sources;
  private final BiConsumer<LiveSource, PipelineException> onFailure;
  private final Consumer<String> onWarning;
  private final boolean followLatency;
  private final CountDownLatch endOfStream = new CountDownLatch(1);

  private boolean closed;

  BusWatch(
      Pipeline pipeline,
      SourceTable sources,
      boolean followLatency,
      BiConsumer<LiveSource, PipelineException> onFailure,
      Consumer<String> onWarning) {
    this.pipeline = Natives.getRawPointer(pipeline);
    this.sources = sources;
    this.followLatency = followLatency;
    this.onFailure = onFailure;
    this.onWarning = onWarning;
    bus = pipeline.getBus();
    bus.connect("message", Bus.MESSAGE.class, key, this);
  }

  /** Waits until every sink has had end of stream, and all messages before that were handled. */
  boolean awaitEndOfStream(long timeoutMs) throws InterruptedException {
    return endOfStream.await(timeoutMs, TimeUnit.MILLISECONDS);
  }

  void close() {
    bus.disconnect(Bus.MESSAGE.class, key);
    synchronized (this) {
      closed = true;
    }
  }

  @Override
  public boolean callback(GstBusPtr from, GstMessagePtr message, Pointer data) {
    int type = message.getMessageType();
    if (type == MessageType.ERROR.intValue()) {
      fail(message);
    } else if (type == MessageType.WARNING.intValue()) {
      warn(message);
    } else if (type == MessageType.ELEMENT.intValue()) {
      stall(MESSAGE_API.gst_message_get_structure(message.getPointer()));
    } else if (type == MessageType.LATENCY.intValue()) {
      redistributeLatency();
    } else if (type == MessageType.EOS.intValue() && pipeline.equals(source(message))) {
      endOfStream.countDown();
    }
    return true;
  }

  /** Sources start after the sinks, which then learn how late frames may be. */
  private void redistributeLatency() {
    synchronized (this) {
      if (closed || !followLatency) {
        return;
      }
      MESSAGE_API.gst_object_ref(pipeline);
    }
    MESSAGE_API.gst_bin_recalculate_latency(pipeline);
    MESSAGE_API.gst_object_unref(pipeline);
  }

  private void fail(GstMessagePtr message) {
    Parsed parsed = parse(message, true);
    Origin origin = originOf(message, parsed.debug);
    if (origin.equals(Origin.UNKNOWN)) {
      // It may be a source's that was removed: no reason to end the others, none to hide it.
      onWarning.accept(name(source(message)) + ": " + parsed.text);
    }
    if (origin.equals(Origin.GONE) || origin.equals(Origin.UNKNOWN)) {
      return;
    }
    if (isWithoutVideo(parsed.debug)) {
      parsed = new Parsed("there is no video in it", parsed.debug);
    }
    onFailure.accept(
        origin.source,
        PipelineException.of(name(source(message)), parsed.text, parsed.debug, origin.source));
  }

  private void warn(GstMessagePtr message) {
    Parsed parsed = parse(message, false);
    if (!originOf(message, parsed.debug).equals(Origin.GONE)) {
      onWarning.accept(name(source(message)) + ": " + parsed.text);
    }
  }

  /** A source decodes video only; of any other file the decoder says that a plugin is missing. */
  private static boolean isWithoutVideo(String debug) {
    return debug.contains("no suitable plugins found")
        && debug.contains("(audio/")
        && !debug.contains("(video/")
        && !debug.contains("(image/");
  }

  private void stall(Pointer structure) {
    if (structure == null
        || !"savant-stall".equals(STRUCTURE_API.gst_structure_get_name(structure))) {
      return;
    }
    String pad = STRUCTURE_API.gst_structure_get_string(structure, "pad");
    LiveSource source = sources.find(padIndex(pad));
    String name = source == null ? pad : source.source.name();
    onWarning.accept(name + ": no frames for a while, the others wait for it (" + pad + ")");
  }

  private static int padIndex(String pad) {
    try {
      return Integer.parseInt(pad.substring("sink_".length()));
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      return Integer.MAX_VALUE;
    }
  }

  private static Pointer source(GstMessagePtr message) {
    GstObjectPtr source = message.getSource();
    return source == null ? null : source.getPointer();
  }

  private static String name(Pointer object) {
    Pointer name = object == null ? null : MESSAGE_API.gst_object_get_name(object);
    return name == null ? "" : take(name);
  }

  /** Where a message comes from: source is null for what is behind the sources. */
  private record Origin(Place place, LiveSource source) {
    private enum Place {
      SOURCE,
      BEHIND,
      GONE,
      UNKNOWN
    }

    private static final Origin BEHIND = new Origin(Place.BEHIND, null);
    private static final Origin GONE = new Origin(Place.GONE, null);
    private static final Origin UNKNOWN = new Origin(Place.UNKNOWN, null);

    private static Origin of(LiveSource source) {
      return new Origin(Place.SOURCE, source);
    }
  }

  /** What a source that was removed has posted before is heard of after. */
  private Origin originOf(GstMessagePtr message, String debug) {
    Pointer object = source(message);
    Origin found = null;
    Pointer at = object == null ? null : MESSAGE_API.gst_object_ref(object);
    while (at != null && found == null) {
      found = originAt(at);
      Pointer parent = MESSAGE_API.gst_object_get_parent(at);
      MESSAGE_API.gst_object_unref(at);
      at = parent;
    }
    if (at != null) {
      MESSAGE_API.gst_object_unref(at);
    }
    return found == null ? originByPath(message, debug) : found;
  }

  /**
   * Bins that decode let go of their elements when they stop or fail, but the text for developers
   * has the path that the element had when it posted.
   */
  private Origin originByPath(GstMessagePtr message, String debug) {
    Matcher path = SOURCE_BIN.matcher(debug);
    if (!path.find()) {
      return sources.hasHidden() ? Origin.UNKNOWN : Origin.BEHIND;
    }
    LiveSource source = sources.find(Integer.parseInt(path.group(1)));
    int seqnum = MESSAGE_API.gst_message_get_seqnum(message.getPointer());
    return source == null || seqnum - source.addedSeqnum < 0 ? Origin.GONE : Origin.of(source);
  }

  /** Null if its parent knows more. */
  private Origin originAt(Pointer object) {
    if (object.equals(pipeline)) {
      return Origin.BEHIND;
    }
    LiveSource source = sources.findBin(object);
    if (source != null) {
      return Origin.of(source);
    }
    return LiveSource.isBinName(name(object)) ? Origin.GONE : null;
  }

  private record Parsed(String text, String debug) {}

  private static Parsed parse(GstMessagePtr message, boolean isError) {
    PointerByReference error = new PointerByReference();
    PointerByReference debug = new PointerByReference();
    if (isError) {
      MESSAGE_API.gst_message_parse_error(message.getPointer(), error, debug);
    } else {
      MESSAGE_API.gst_message_parse_warning(message.getPointer(), error, debug);
    }
    String text = error.getValue().getPointer(ERROR_TEXT).getString(0, "UTF-8");
    GlibAPI.GLIB_API.g_error_free(error.getValue());
    return new Parsed(text, debug.getValue() == null ? "" : take(debug.getValue()));
  }

  /** The text at an address, which is freed. */
  private static String take(Pointer text) {
    String taken = text.getString(0, "UTF-8");
    GlibAPI.GLIB_API.g_free(text);
    return taken;
  }
}
