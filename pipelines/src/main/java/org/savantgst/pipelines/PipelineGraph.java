/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import static org.savantgst.pipelines.lowlevel.MessageAPI.MESSAGE_API;
import static org.savantgst.pipelines.lowlevel.ObjectAPI.OBJECT_API;
import static org.savantgst.pipelines.lowlevel.TaskAPI.TASK_API;

import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
  /** Far from all places. */
  private static final String EMPTY_PAD = "sink_1000000";

  private final SourceTable sources;
  private final String description;
  private final Pipeline pipeline;
  private final Element batch;
  private final AppSink sink;
  private Pad emptyPad;

  PipelineGraph(SourceTable sources, PipelineText.Output output) {
    this.sources = sources;
    description = PipelineText.of(output);
    pipeline = parse("output", errors -> (Pipeline) Gst.parseLaunch(description, errors));
    try {
      if (!output.branches().isEmpty()) {
        letSinksStartAlone();
      }
      batch = pipeline.getElementByName(PipelineText.BATCH);
      sink = (AppSink) pipeline.getElementByName(PipelineText.SINK);
      for (LiveSource live : sources.list()) {
        add(live);
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

  /**
   * Makes the elements of a source; nothing of them is left where that fails.
   *
   * @throws IllegalArgumentException if its description is wrong
   * @throws IllegalStateException if there are as many sources as savantbatch can have
   */
  void add(LiveSource live) {
    Source source = live.source;
    String text = source.description();
    live.setBin(
        parse(
            "source " + source.name(), errors -> Gst.parseBinFromDescription(text, false, errors)));
    live.bin.setName(live.binName());
    live.bin.set("async-handling", true);
    live.bin.setLockedState(true);
    pipeline.add(live.bin);
    try {
      live.head = live.bin.getElementByName(Source.HEAD);
      live.exit = live.bin.getElementByName(Source.EXIT);
      setLocation(source, live.head);
      live.pad = batch.getRequestPad(live.padName());
      if (live.pad == null) {
        throw new IllegalStateException(
            "source "
                + source.name()
                + ": there are as many sources as one pipeline can have, "
                + sources.list().size()
                + "; remove one or use a second pipeline");
      }
      live.pad.set("source-id", live.id);
      link(source, live.bin, live.exit, live.pad);
    } catch (RuntimeException | Error e) {
      remove(live);
      throw e;
    }
  }

  /**
   * Stops a source and frees it, whatever it does. What it has in the batch counts as released. Its
   * pad goes first, so that its thread comes out of a full queue and the others do not wait for it;
   * what its elements say of that concerns nobody. An ended pad would be the end of the batch where
   * it is the last.
   */
  void remove(LiveSource live) {
    MESSAGE_API.gst_element_set_bus(Natives.getRawPointer(live.bin), Pointer.NULL);
    if (live.pad != null) {
      batch.releaseRequestPad(live.pad);
    }
    live.bin.setState(State.NULL);
    pipeline.remove(live.bin);
    try {
      // After the messages that it has posted: they are told apart by its bin.
      Gst.getExecutor().execute(() -> free(live, live.isHeadShared()));
    } catch (RejectedExecutionException e) {
      free(live, live.isHeadShared());
    }
  }

  /** A head that the program has may be in a call of another thread: the collector frees it. */
  private static void free(LiveSource live, boolean keepHead) {
    NativeObject head = keepHead ? null : live.head;
    for (NativeObject object : new NativeObject[] {live.pad, live.exit, head, live.bin}) {
      if (object != null) {
        object.dispose();
      }
    }
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
      throw new IllegalArgumentException(
          "source "
              + source.name()
              + ": its elements give "
              + mediaTypes(exit)
              + ", and a batch takes video/x-raw in the formats and memory that savantbatch takes",
          e);
    }
  }

  private static String mediaTypes(Element exit) {
    try (Pad pad = exit.getStaticPad("src");
        Caps caps = pad.queryCaps(null)) {
      return IntStream.range(0, caps.size())
          .mapToObj(i -> caps.getStructure(i).getName())
          .distinct()
          .collect(Collectors.joining(" or "));
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

  AppSrc appSrc(LiveSource live) {
    if (live.source.kind() != Source.Kind.APP_SRC) {
      throw new IllegalArgumentException("source " + live.place + " (" + live + ") is no appsrc");
    }
    return (AppSrc) live.head;
  }

  /** In the words of {@code gst-launch-1.0}. */
  String description() {
    StringBuilder text = new StringBuilder(description);
    for (LiveSource live : sources.list()) {
      text.append("  ").append(live.source.description());
      text.append(" ! " + PipelineText.BATCH + ".").append(live.padName());
    }
    return text.toString();
  }

  /** Starts all but the sources. False if an element refused, which the bus tells of. */
  boolean startOutput() {
    return pipeline.setState(State.PLAYING) != StateChangeReturn.FAILURE;
  }

  /** False if an element of it refused, which the bus tells of. */
  boolean startSource(LiveSource live) {
    return live.bin.setState(State.PLAYING) != StateChangeReturn.FAILURE;
  }

  /**
   * Lets a source end: an appsrc after what was pushed, any other at once. A thread that waits in a
   * push goes on.
   */
  void endSource(LiveSource live) {
    if (live.source.kind() == Source.Kind.APP_SRC) {
      appSrc(live).endOfStream();
    } else {
      endPad(live);
    }
  }

  /** Nothing more of the source gets into a batch. */
  void endPad(LiveSource live) {
    end(live.pad);
  }

  /** Lets the batch end where it has no source: none of its pads does that. */
  void endWithoutSources() {
    if (emptyPad == null) {
      emptyPad = batch.getRequestPad(EMPTY_PAD);
      end(emptyPad);
    }
  }

  private static void end(Pad pad) {
    OBJECT_API.g_signal_emit_by_name(Natives.getRawPointer(pad), "end-of-stream");
  }

  /** Whether threads of a source have paused and none runs. */
  boolean isStill(LiveSource live) {
    boolean isPaused = false;
    for (Element element : live.bin.getElementsRecursive()) {
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
    for (LiveSource live : sources.list()) {
      if (live.source.kind() == Source.Kind.APP_SRC) {
        appSrc(live).endOfStream();
      }
    }
  }

  /** Ends all threads of the pipeline, from the sinks on, so that none waits for another. */
  void stop() {
    pipeline.setState(State.NULL);
    sources.list().forEach(live -> live.bin.setState(State.NULL));
  }

  /** Frees it after {@link #stop}. */
  void dispose() {
    sources.list().forEach(live -> free(live, false));
    if (emptyPad != null) {
      emptyPad.dispose();
    }
    sink.dispose();
    batch.dispose();
    pipeline.dispose();
  }
}
