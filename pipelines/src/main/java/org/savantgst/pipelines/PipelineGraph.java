/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import static org.savantgst.pipelines.lowlevel.ObjectAPI.OBJECT_API;
import static org.savantgst.pipelines.lowlevel.TaskAPI.TASK_API;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.freedesktop.gstreamer.Bin;
import org.freedesktop.gstreamer.Caps;
import org.freedesktop.gstreamer.Element;
import org.freedesktop.gstreamer.GhostPad;
import org.freedesktop.gstreamer.Gst;
import org.freedesktop.gstreamer.GstException;
import org.freedesktop.gstreamer.Pad;
import org.freedesktop.gstreamer.PadLinkException;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.State;
import org.freedesktop.gstreamer.StateChangeReturn;
import org.freedesktop.gstreamer.elements.AppSink;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.freedesktop.gstreamer.glib.GError;
import org.freedesktop.gstreamer.glib.NativeObject;
import org.freedesktop.gstreamer.glib.Natives;
import org.savantgst.pipelines.lowlevel.TaskAPI;

/**
 * The elements of a pipeline: makes, starts, ends and frees them.
 *
 * <p>What is behind the sources reaches PLAYING first and waits for no frame there: no sink
 * prerolls, and each source changes its state on its own, locked against changes of the whole. So a
 * source that brings nothing keeps nobody from PLAYING, and no state change waits for a frame.
 * Sources end by a signal of savantbatch's pads, which does not wait either: an event from outside
 * would wait for the thread that streams, which waits for room in the batch.
 */
final class PipelineGraph {
  private final List<Source> sources;
  private final String description;
  private final Pipeline pipeline;
  private final Element batch;
  private final AppSink sink;
  private final List<SourceElements> parts = new ArrayList<>();

  /** Head is null where a source is made of any elements; pad is savantbatch's. */
  private record SourceElements(Bin bin, Element head, Element exit, Pad pad) {}

  PipelineGraph(List<Source> sources, int[] sourceIds, PipelineText.Output output) {
    this.sources = sources;
    description = PipelineText.of(output);
    pipeline = parse("output", errors -> (Pipeline) Gst.parseLaunch(description, errors));
    try {
      if (!output.branches().isEmpty()) {
        letSinksStartAlone();
      }
      batch = pipeline.getElementByName(PipelineText.BATCH);
      sink = (AppSink) pipeline.getElementByName(PipelineText.SINK);
      for (int i = 0; i < sources.size(); i++) {
        add(i, sourceIds[i]);
      }
    } catch (RuntimeException | Error e) {
      pipeline.dispose();
      throw e;
    }
  }

  /** An element that is missing leaves a gap and an error in the list. */
  private static <T> T parse(String what, Function<List<GError>, T> parser) {
    List<GError> errors = new ArrayList<>();
    try {
      T parsed = parser.apply(errors);
      if (errors.isEmpty()) {
        return parsed;
      }
    } catch (GstException e) {
      throw new IllegalArgumentException(what + ": " + e.getMessage(), e);
    }
    throw new IllegalArgumentException(what + ": " + errors.get(0).getMessage());
  }

  /** Before anything else has wrappers of these elements, which go at once. */
  private void letSinksStartAlone() {
    for (Element element : pipeline.getElementsRecursive()) {
      if (!element.getSinkPads().isEmpty()
          && element.getSrcPads().isEmpty()
          && element.listPropertyNames().contains("async")) {
        element.set("async", false);
      }
      element.dispose();
    }
  }

  private void add(int i, int sourceId) {
    Source source = sources.get(i);
    String text = source.description();
    Bin bin =
        parse(
            "source " + source.name(), errors -> Gst.parseBinFromDescription(text, false, errors));
    bin.setName(BusWatch.binName(i));
    bin.set("async-handling", true);
    bin.setLockedState(true);
    pipeline.add(bin);
    Element head = bin.getElementByName(Source.HEAD);
    Element exit = bin.getElementByName(Source.EXIT);
    setLocation(source, head);
    Pad pad = batch.getRequestPad("sink_" + i);
    parts.add(new SourceElements(bin, head, exit, pad));
    pad.set("source-id", sourceId);
    link(source, bin, exit, pad);
  }

  private static void setLocation(Source source, Element head) {
    if (source.kind() == Source.Kind.URI) {
      head.set("uri", source.location());
    } else if (source.kind() == Source.Kind.APP_SRC) {
      try (Caps caps = parseCaps(source)) {
        ((AppSrc) head).setCaps(caps);
      }
    }
  }

  private static Caps parseCaps(Source source) {
    try {
      return Caps.fromString(source.location());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "source " + source.name() + ": these are no caps: " + source.location(), e);
    }
  }

  /** The description's own ghost pads would take the pad that the decoder is linked to later. */
  private static void link(Source source, Bin bin, Element exit, Pad pad) {
    try (Pad inner = exit.getStaticPad("src");
        Pad ghost = new GhostPad("src", inner)) {
      bin.addPad(ghost);
      ghost.link(pad);
    } catch (PadLinkException e) {
      throw new IllegalArgumentException("source " + source.name() + ": " + e.getMessage(), e);
    }
  }

  Pipeline pipeline() {
    return pipeline;
  }

  Element batch() {
    return batch;
  }

  AppSink sink() {
    return sink;
  }

  Bin bin(int source) {
    return parts.get(source).bin;
  }

  AppSrc appSrc(int source) {
    if (sources.get(source).kind() != Source.Kind.APP_SRC) {
      throw new IllegalArgumentException(
          "source " + source + " (" + sources.get(source) + ") is no appsrc");
    }
    return (AppSrc) parts.get(source).head;
  }

  /** In the words of {@code gst-launch-1.0}. */
  String description() {
    StringBuilder text = new StringBuilder(description);
    for (int i = 0; i < sources.size(); i++) {
      text.append("  ").append(sources.get(i).description());
      text.append(" ! " + PipelineText.BATCH + ".sink_").append(i);
    }
    return text.toString();
  }

  /** Starts all but the sources. False if an element refused, which the bus tells of. */
  boolean startOutput() {
    return pipeline.setState(State.PLAYING) != StateChangeReturn.FAILURE;
  }

  /** False if an element of it refused, which the bus tells of. */
  boolean startSource(int source) {
    return parts.get(source).bin.setState(State.PLAYING) != StateChangeReturn.FAILURE;
  }

  /**
   * Lets a source end: an appsrc after what was pushed, any other at once. A thread that waits in a
   * push goes on.
   */
  void endSource(int source) {
    if (sources.get(source).kind() == Source.Kind.APP_SRC) {
      appSrc(source).endOfStream();
    } else {
      endPad(source);
    }
  }

  /** Nothing more of the source gets into a batch. */
  void endPad(int source) {
    OBJECT_API.g_signal_emit_by_name(Natives.getRawPointer(parts.get(source).pad), "end-of-stream");
  }

  /** Whether threads of a source have paused and none runs. */
  boolean isStill(int source) {
    boolean isPaused = false;
    for (Element element : parts.get(source).bin.getElementsRecursive()) {
      for (Pad pad : element.getPads()) {
        int state = TASK_API.gst_pad_get_task_state(Natives.getRawPointer(pad));
        if (state == TaskAPI.STARTED) {
          return false;
        }
        isPaused |= state == TaskAPI.PAUSED;
      }
    }
    return isPaused;
  }

  /** Threads that wait in a push to an appsrc go on. */
  void releasePushers() {
    for (int i = 0; i < sources.size(); i++) {
      if (sources.get(i).kind() == Source.Kind.APP_SRC) {
        appSrc(i).endOfStream();
      }
    }
  }

  /** Ends all threads of the pipeline, from the sinks on, so that none waits for another. */
  void stop() {
    pipeline.setState(State.NULL);
    parts.forEach(part -> part.bin.setState(State.NULL));
  }

  /** Frees it after {@link #stop}. */
  void dispose() {
    for (SourceElements part : parts) {
      for (NativeObject object : new NativeObject[] {part.pad, part.exit, part.head, part.bin}) {
        if (object != null) {
          object.dispose();
        }
      }
    }
    sink.dispose();
    batch.dispose();
    pipeline.dispose();
  }
}
