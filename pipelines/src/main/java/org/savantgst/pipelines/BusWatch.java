/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.freedesktop.gstreamer.Bus;
import org.freedesktop.gstreamer.GstObject;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.lowlevel.GlibAPI;
import org.freedesktop.gstreamer.lowlevel.GstAPI.GErrorStruct;
import org.freedesktop.gstreamer.lowlevel.GstMessageAPI;
import org.freedesktop.gstreamer.message.Message;
import org.freedesktop.gstreamer.message.MessageType;

/**
 * Listens to the bus: the first error of every source and of the rest becomes an exception,
 * warnings and stalls become texts. Its methods run on GStreamer's executor of gst1-java-core,
 * which handles messages in the order in which they were posted.
 */
final class BusWatch implements Bus.MESSAGE {
  private static final String SOURCE_PREFIX = "source-";

  private final Bus bus;
  private final Pipeline pipeline;
  private final List<Source> sources;
  private final Consumer<PipelineException> onFailure;
  private final Consumer<String> onWarning;
  private final CountDownLatch endOfStream = new CountDownLatch(1);

  BusWatch(
      Pipeline pipeline,
      List<Source> sources,
      Consumer<PipelineException> onFailure,
      Consumer<String> onWarning) {
    this.pipeline = pipeline;
    this.sources = sources;
    this.onFailure = onFailure;
    this.onWarning = onWarning;
    bus = pipeline.getBus();
    bus.connect(this);
  }

  static String binName(int source) {
    return SOURCE_PREFIX + source;
  }

  /** Waits until every sink has had end of stream, and all messages before that were handled. */
  boolean awaitEndOfStream(long timeoutMs) throws InterruptedException {
    return endOfStream.await(timeoutMs, TimeUnit.MILLISECONDS);
  }

  void close() {
    bus.disconnect((Bus.MESSAGE) this);
  }

  @Override
  public void busMessage(Bus from, Message message) {
    MessageType type = message.getType();
    switch (type) {
      case ERROR -> onFailure.accept(failure(message));
      case WARNING -> onWarning.accept(warning(message));
      case ELEMENT -> stall(message);
      case EOS -> {
        if (pipeline.equals(message.getSource())) {
          endOfStream.countDown();
        }
      }
      default -> {}
    }
  }

  private PipelineException failure(Message message) {
    Parsed parsed = parse(message, true);
    int source = sourceOf(message.getSource());
    if (isWithoutVideo(parsed.debug)) {
      parsed = new Parsed("there is no video in it", parsed.debug);
    }
    String sourceName = source >= 0 ? sources.get(source).name() : "";
    return new PipelineException(
        message.getSource().getName(), parsed.text, parsed.debug, source, sourceName);
  }

  /** A source decodes video only; of any other file the decoder says that a plugin is missing. */
  private static boolean isWithoutVideo(String debug) {
    return debug.contains("no suitable plugins found")
        && debug.contains("(audio/")
        && !debug.contains("(video/")
        && !debug.contains("(image/");
  }

  private static String warning(Message message) {
    return message.getSource().getName() + ": " + parse(message, false).text;
  }

  private void stall(Message message) {
    if (!message.getStructure().hasName("savant-stall")) {
      return;
    }
    String pad = message.getStructure().getString("pad");
    int source = padIndex(pad);
    String name = source < sources.size() ? sources.get(source).name() : pad;
    onWarning.accept(name + ": no frames for a while, the others wait for it (" + pad + ")");
  }

  private static int padIndex(String pad) {
    try {
      return Integer.parseInt(pad.substring("sink_".length()));
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      return Integer.MAX_VALUE;
    }
  }

  /** The place of the source whose bin holds the object, -1 if none does. */
  private int sourceOf(GstObject object) {
    for (GstObject at = object; at != null && !at.equals(pipeline); at = at.getParent()) {
      for (int i = 0; i < sources.size(); i++) {
        if (binName(i).equals(at.getName())) {
          return i;
        }
      }
    }
    return -1;
  }

  private record Parsed(String text, String debug) {}

  private static Parsed parse(Message message, boolean error) {
    PointerByReference gerror = new PointerByReference();
    PointerByReference debug = new PointerByReference();
    if (error) {
      GstMessageAPI.GSTMESSAGE_API.gst_message_parse_error(message, gerror, debug);
    } else {
      GstMessageAPI.GSTMESSAGE_API.gst_message_parse_warning(message, gerror, debug);
    }
    try {
      GErrorStruct struct = new GErrorStruct(gerror.getValue());
      struct.read();
      Pointer text = debug.getValue();
      return new Parsed(struct.getMessage(), text == null ? "" : text.getString(0, "UTF-8"));
    } finally {
      GlibAPI.GLIB_API.g_error_free(gerror.getValue());
      GlibAPI.GLIB_API.g_free(debug.getValue());
    }
  }
}
