/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.freedesktop.gstreamer.Bin;
import org.freedesktop.gstreamer.Caps;
import org.freedesktop.gstreamer.Element;
import org.freedesktop.gstreamer.Format;
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
import org.freedesktop.gstreamer.event.EOSEvent;
import org.freedesktop.gstreamer.glib.GError;
import org.savantgst.Savant;
import org.savantgst.batch.BatchPuller;
import org.savantgst.batch.BatchView;
import org.savantgst.batch.PullResult;

/**
 * Frames of any number of sources, letterboxed into batches, batch after batch in the thread that
 * asks for them.
 *
 * <pre>{@code
 * try (BatchPipeline pipeline =
 *     BatchPipeline.builder()
 *         .source(Source.file(Path.of("a.mp4")))
 *         .source(Source.file(Path.of("b.mp4")))
 *         .output(VideoFormat.RGBA, 640, 640)
 *         .build()) {
 *   pipeline.run(batch -> System.out.println(batch.size()));
 * }
 * }</pre>
 *
 * <p>Each batch costs one native call, which waits until the batch is there; no native code calls
 * Java for a frame. {@link #stop}, {@link #endOfStream} and {@link #stats} may come from any
 * thread, everything else from one thread at a time.
 *
 * <p>The elements are those of {@link #description} in the pipeline that {@link #pipeline} gives.
 */
public final class BatchPipeline implements AutoCloseable, Iterable<BatchView> {
  private static final long SLICE_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long IDLE_NS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long DRAIN_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long SINKS_END_MS = TimeUnit.SECONDS.toMillis(60);
  private static final long MESSAGE_MS = TimeUnit.SECONDS.toMillis(2);
  private static final long SHORT_BY_NS = TimeUnit.SECONDS.toNanos(1);

  private final List<Source> sources;
  private final int[] sourceIds;
  private final SourceErrors onSourceError;
  private final boolean hasBranches;
  private final String description;
  private final Pipeline pipeline;
  private final Element batch;
  private final AppSink sink;
  private final List<Bin> bins = new ArrayList<>();
  private final List<Element> exits = new ArrayList<>();
  private final List<Pad> pads = new ArrayList<>();
  private final BatchPuller puller;
  private final BatchView view;
  private final BusWatch bus;
  private final Warnings warnings;

  private final long[] handedOut;
  private final long[] lastEndNs;
  private final long[] lastSeenNs;
  private final boolean[] endSent;
  private final LatencyHistogram latency = new LatencyHistogram();

  private final Object stateLock = new Object();

  /* Guarded by stateLock. */
  private boolean closing;

  private enum Phase {
    NEW,
    RUNNING,
    ENDED,
    CLOSED
  }

  /* Guarded by this. */
  private Phase phase = Phase.NEW;
  private PipelineException failure;
  private final boolean[] failed;
  private final List<Thread> asides = new ArrayList<>();
  private boolean failureTold;
  private boolean broken;
  private boolean stopped;
  private boolean endAsked;
  private long endAskedNs;
  private long batches;
  private long startNs;
  private long endNs;
  private PipelineStats last;

  BatchPipeline(BatchPipelineBuilder b) {
    sources = List.copyOf(b.sources);
    sourceIds = b.sourceIds();
    onSourceError = b.onSourceError;
    hasBranches = !b.branches.isEmpty();
    warnings = new Warnings(b.onWarning);
    handedOut = new long[sources.size()];
    lastEndNs = new long[sources.size()];
    lastSeenNs = new long[sources.size()];
    endSent = new boolean[sources.size()];
    failed = new boolean[sources.size()];
    Savant.ensureAvailability();
    description = PipelineText.of(b.output());
    pipeline = parse("output", errors -> (Pipeline) Gst.parseLaunch(description, errors));
    try {
      batch = pipeline.getElementByName(PipelineText.BATCH);
      sink = (AppSink) pipeline.getElementByName(PipelineText.SINK);
      for (int i = 0; i < sources.size(); i++) {
        addSource(i);
      }
      puller = new BatchPuller(sink);
    } catch (RuntimeException | Error e) {
      pipeline.setState(State.NULL);
      pipeline.dispose();
      throw e;
    }
    view = puller.view();
    bus = new BusWatch(pipeline, sources, this::onFailure, warnings::add);
  }

  private interface Parsing<T> {
    T parse(List<GError> errors);
  }

  /** An element that is missing leaves a gap and an error in the list. */
  private static <T> T parse(String what, Parsing<T> parsing) {
    List<GError> errors = new ArrayList<>();
    try {
      T parsed = parsing.parse(errors);
      if (errors.isEmpty()) {
        return parsed;
      }
    } catch (GstException e) {
      throw new IllegalArgumentException(what + ": " + e.getMessage(), e);
    }
    throw new IllegalArgumentException(what + ": " + errors.get(0).getMessage());
  }

  private void addSource(int i) {
    Source source = sources.get(i);
    String text = source.description();
    Bin bin =
        parse(
            "source " + source.name(), errors -> Gst.parseBinFromDescription(text, false, errors));
    bin.setName(BusWatch.binName(i));
    pipeline.add(bin);
    bins.add(bin);
    setLocation(source, bin.getElementByName(Source.HEAD));
    Element exit = bin.getElementByName(Source.EXIT);
    exits.add(exit);
    Pad pad = batch.getRequestPad("sink_" + i);
    pads.add(pad);
    pad.set("source-id", sourceIds[i]);
    // The description's own ghost pads would take the pad that the decoder is linked to later.
    Pad ghost = new GhostPad("src", exit.getStaticPad("src"));
    bin.addPad(ghost);
    try {
      ghost.link(pad);
    } catch (PadLinkException e) {
      throw new IllegalArgumentException("source " + source.name() + ": " + e.getMessage(), e);
    }
  }

  private static void setLocation(Source source, Element head) {
    if (source.kind() == Source.Kind.URI) {
      head.set("uri", source.location());
    } else if (source.kind() == Source.Kind.APP_SRC) {
      ((AppSrc) head).setCaps(Caps.fromString(source.location()));
    }
  }

  /**
   * Returns a builder.
   *
   * @return a builder with no sources
   */
  public static BatchPipelineBuilder builder() {
    return new BatchPipelineBuilder();
  }

  /**
   * Returns GStreamer's pipeline with all its elements, to look at and to change.
   *
   * @return the pipeline, borrowed: it ends with this object
   */
  public Pipeline pipeline() {
    return pipeline;
  }

  /**
   * Returns the element that makes the batches.
   *
   * @return savantbatch, borrowed
   */
  public Element batch() {
    return batch;
  }

  /**
   * Returns the element that batches are pulled from.
   *
   * @return the appsink, borrowed
   */
  public AppSink sink() {
    return sink;
  }

  /**
   * Returns the bin of a source.
   *
   * @param source its place in the order of the builder
   * @return the bin, borrowed
   * @throws IndexOutOfBoundsException if there is no such source
   */
  public Bin sourceBin(int source) {
    return bins.get(source);
  }

  /**
   * Returns the element to push frames of a source to, from any thread.
   *
   * @param source its place in the order of the builder
   * @return the appsrc, borrowed
   * @throws IllegalArgumentException if the source was not made by {@link Source#appSrc}
   */
  public AppSrc appSrc(int source) {
    if (sources.get(source).kind() != Source.Kind.APP_SRC) {
      throw new IllegalArgumentException(
          "source " + source + " (" + sources.get(source) + ") is no appsrc");
    }
    return (AppSrc) bins.get(source).getElementByName(Source.HEAD);
  }

  /**
   * Returns what the pipeline consists of.
   *
   * @return its elements in the words of {@code gst-launch-1.0}; addresses and caps of sources are
   *     set as properties and do not show
   */
  public String description() {
    StringBuilder text = new StringBuilder(description);
    for (int i = 0; i < sources.size(); i++) {
      text.append("  ").append(sources.get(i).description());
      text.append(" ! " + PipelineText.BATCH + ".sink_").append(i);
    }
    return text.toString();
  }

  /**
   * Starts the sources. {@link #next} does so by itself.
   *
   * @throws PipelineException if a file is missing or empty, or an element refuses to start
   * @throws IllegalStateException if it was started before, or closed
   */
  public void start() {
    synchronized (this) {
      if (phase != Phase.NEW) {
        throw new IllegalStateException("the pipeline was started before");
      }
      phase = Phase.RUNNING;
      startNs = System.nanoTime();
    }
    for (int i = 0; i < sources.size(); i++) {
      checkFile(i);
    }
    if (pipeline.setState(State.PLAYING) == StateChangeReturn.FAILURE) {
      awaitFailure();
      throw end(true);
    }
  }

  private void checkFile(int i) {
    Path file = sources.get(i).file();
    String text = file == null ? null : FileCheck.problem(file);
    if (text != null) {
      onFailure(new PipelineException(BusWatch.binName(i), text, "", i, sources.get(i).name()));
      throw end(true);
    }
  }

  /** The bus tells on another thread why a state change failed. */
  private void awaitFailure() {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MESSAGE_MS);
    synchronized (this) {
      while (failure == null && System.nanoTime() < deadline) {
        try {
          wait(50);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          break;
        }
      }
      if (failure == null) {
        failure = new PipelineException(pipeline.getName(), "it could not start", "", -1, "");
      }
    }
  }

  /**
   * Waits for the next batch. The view is reused: it may be read until the next call.
   *
   * @return the batch, null after the last one
   * @throws PipelineException once, after the last batch, if an element posted an error
   * @throws IllegalStateException if the pipeline is closed
   */
  public BatchView next() {
    synchronized (this) {
      if (phase == Phase.CLOSED) {
        throw new IllegalStateException("the pipeline is closed");
      }
      if (phase == Phase.ENDED) {
        return null;
      }
    }
    if (phaseIsNew()) {
      start();
    }
    while (true) {
      PullResult result = puller.pull(SLICE_NS);
      if (result == PullResult.BATCH) {
        count();
        return view;
      }
      if (result != PullResult.TIMEOUT || Thread.currentThread().isInterrupted() || drainIsOver()) {
        PipelineException thrown = end(false);
        if (thrown != null) {
          throw thrown;
        }
        return null;
      }
      endFailedSources();
    }
  }

  private synchronized boolean phaseIsNew() {
    return phase == Phase.NEW;
  }

  private void count() {
    long now = System.nanoTime();
    int slots = view.size();
    synchronized (this) {
      batches++;
      for (int slot = 0; slot < slots; slot++) {
        int source = view.padIndex(slot);
        if (source < 0 || source >= handedOut.length) {
          continue;
        }
        handedOut[source]++;
        lastSeenNs[source] = now;
        lastEndNs[source] = view.runningTimeNs(slot) + Math.max(view.durationNs(slot), 0);
        latency.record(view.waitingTimeNs());
      }
    }
  }

  /**
   * Hands every batch to the handler, in this thread, until the sources have ended or {@link #stop}
   * was called. What the handler throws stops the pipeline and is thrown again.
   *
   * @param handler takes the batches
   * @param <E> what it may throw
   * @throws E if the handler did
   * @throws PipelineException after the last batch, if an element posted an error
   */
  public <E extends Exception> void run(BatchHandler<E> handler) throws E {
    boolean done = false;
    try {
      for (BatchView next = next(); next != null; next = next()) {
        handler.onBatch(next);
      }
      done = true;
    } finally {
      if (!done) {
        stop();
        end(true);
      }
    }
  }

  /**
   * Returns the batches to come, for a {@code for} loop. All views are one object.
   *
   * @return an iterator over what {@link #next()} gives
   */
  @Override
  public Iterator<BatchView> iterator() {
    return new Iterator<>() {
      private BatchView ahead;

      @Override
      public boolean hasNext() {
        if (ahead == null) {
          ahead = BatchPipeline.this.next();
        }
        return ahead != null;
      }

      @Override
      public BatchView next() {
        if (!hasNext()) {
          throw new NoSuchElementException("the sources have ended");
        }
        BatchView next = ahead;
        ahead = null;
        return next;
      }
    };
  }

  /** Wakes {@link #next}, which gives no further batch. Frames on their way are dropped. */
  public void stop() {
    synchronized (this) {
      stopped = true;
    }
    puller.stop();
  }

  /**
   * Lets every source end as if it had no more frames. What is on its way still comes out, and
   * branches finish their files.
   */
  public void endOfStream() {
    synchronized (this) {
      if (phase != Phase.RUNNING || endAsked) {
        return;
      }
      endAsked = true;
      endAskedNs = System.nanoTime();
    }
    aside(() -> pipeline.sendEvent(new EOSEvent()));
  }

  /** An event may wait for a streaming thread, which may wait for the thread that pulls. */
  private void aside(Runnable task) {
    Thread thread = new Thread(task, "savant-events");
    thread.setDaemon(true);
    synchronized (this) {
      asides.add(thread);
    }
    thread.start();
  }

  private void joinAsides() {
    List<Thread> threads;
    synchronized (this) {
      threads = List.copyOf(asides);
    }
    boolean interrupted = Thread.interrupted();
    try {
      for (Thread thread : threads) {
        thread.join(MESSAGE_MS);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A source that does not react to end of stream is not waited for. */
  private synchronized boolean drainIsOver() {
    if (!endAsked) {
      return false;
    }
    long since = endAskedNs;
    for (long seen : lastSeenNs) {
      since = Math.max(since, seen);
    }
    return System.nanoTime() - since > DRAIN_NS;
  }

  private void onFailure(PipelineException e) {
    boolean stopNow = false;
    boolean endNow = false;
    synchronized (this) {
      int source = e.source().orElse(-1);
      if (source >= 0 ? failed[source] : broken) {
        return;
      }
      if (failure == null) {
        failure = e;
      } else {
        failure.addSuppressed(e);
      }
      if (source < 0) {
        broken = true;
        stopNow = true;
      } else {
        failed[source] = true;
        lastSeenNs[source] = System.nanoTime();
        endNow = onSourceError == SourceErrors.STOP;
      }
      notifyAll();
    }
    if (stopNow) {
      puller.stop();
    } else if (endNow) {
      endOfStream();
    }
  }

  /**
   * A source that failed before it had a picture sends no end of stream, and keeps the pipeline
   * from PLAYING. When nothing of it can be on its way any more its pad gets one and its bin goes.
   */
  private void endFailedSources() {
    long now = System.nanoTime();
    for (int i = 0; i < failed.length; i++) {
      synchronized (this) {
        if (!failed[i] || endSent[i] || now - lastSeenNs[i] < IDLE_NS) {
          continue;
        }
        endSent[i] = true;
      }
      Pad pad = pads.get(i);
      Bin bin = bins.get(i);
      aside(
          () -> {
            pad.sendEvent(new EOSEvent());
            bin.setState(State.NULL);
            pipeline.remove(bin);
            playAgain();
          });
    }
  }

  /**
   * A pipeline that a source has kept from PLAYING does not go there by itself when that leaves.
   */
  private void playAgain() {
    synchronized (stateLock) {
      if (!closing) {
        pipeline.setState(State.PLAYING);
      }
    }
  }

  /** The end of all batches. The failure to throw, null if there is none that was not thrown. */
  private PipelineException end(boolean now) {
    boolean wait;
    synchronized (this) {
      wait = !now && phase == Phase.RUNNING && !stopped && !broken;
    }
    if (wait && !Thread.currentThread().isInterrupted()) {
      awaitSinks();
      noteShortSources();
    }
    synchronized (this) {
      if (phase == Phase.RUNNING) {
        phase = Phase.ENDED;
        endNs = System.nanoTime();
      }
      if (failure == null || failureTold) {
        return null;
      }
      failureTold = true;
      return failure;
    }
  }

  private void awaitSinks() {
    long limit = hasBranches ? SINKS_END_MS : MESSAGE_MS;
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limit);
    try {
      while (!bus.awaitEndOfStream(100)) {
        synchronized (this) {
          if (stopped || broken) {
            return;
          }
        }
        if (System.nanoTime() > deadline) {
          if (hasBranches) {
            warnings.add(
                "a branch has not ended " + SINKS_END_MS / 1000 + " s after the last batch");
          }
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A truncated file ends like a whole one: only its header knows that more was there. */
  private void noteShortSources() {
    synchronized (this) {
      if (endAsked) {
        return;
      }
    }
    for (int i = 0; i < sources.size(); i++) {
      if (sources.get(i).file() == null || failed[i]) {
        continue;
      }
      long duration = exits.get(i).queryDuration(Format.TIME);
      if (duration > 0 && lastEndNs[i] + SHORT_BY_NS < duration) {
        warnings.add(
            String.format(
                Locale.ROOT,
                "%s ended at %.3f s of %.3f s: it is truncated or damaged",
                sources.get(i).name(),
                lastEndNs[i] / 1e9,
                duration / 1e9));
      }
    }
  }

  /**
   * Returns what elements warned of, and sources that brought no frames for long or ended early.
   *
   * @return at most 100 texts so far
   */
  public List<String> warnings() {
    return warnings.list();
  }

  /**
   * Returns the figures so far; after {@link #close} those of the end.
   *
   * @return the figures
   */
  public PipelineStats stats() {
    synchronized (this) {
      if (last != null) {
        return last;
      }
      return snapshot(false);
    }
  }

  private PipelineStats snapshot(boolean atEnd) {
    List<FrameCounts> counts = BatchCounts.read(batch, sources.size());
    List<SourceStats> all = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      all.add(
          new SourceStats(
              sourceIds[i], sources.get(i).name(), counts(counts.get(i), handedOut[i], atEnd)));
    }
    long until = phase == Phase.RUNNING ? System.nanoTime() : endNs;
    Duration elapsed = Duration.ofNanos(phase == Phase.NEW ? 0 : until - startNs);
    return new PipelineStats(all, batches, elapsed, percentile(0.5), percentile(0.99));
  }

  /** What savantbatch pushed and nobody has pulled yet is held, in the end it is dropped. */
  private static FrameCounts counts(FrameCounts batch, long handedOut, boolean atEnd) {
    long unread = batch.out() + batch.held() - handedOut;
    if (!atEnd || unread == 0) {
      return new FrameCounts(batch.in(), handedOut, unread, batch.dropped());
    }
    Map<String, Long> dropped = new TreeMap<>(batch.dropped());
    dropped.put("stopped", unread);
    return new FrameCounts(batch.in(), handedOut, 0, dropped);
  }

  private Duration percentile(double share) {
    long ns = latency.percentile(share);
    return ns < 0 ? null : Duration.ofNanos(ns);
  }

  /**
   * Stops the pipeline and frees it. Branches are given the time to finish their files. Further
   * calls do nothing.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (phase == Phase.CLOSED) {
        return;
      }
    }
    if (hasBranches) {
      drain();
    }
    stop();
    end(true);
    bus.close();
    synchronized (stateLock) {
      closing = true;
      pipeline.setState(State.NULL);
    }
    joinAsides();
    puller.close();
    synchronized (this) {
      last = snapshot(true);
      phase = Phase.CLOSED;
    }
    pads.forEach(Pad::dispose);
    exits.forEach(Element::dispose);
    bins.forEach(Bin::dispose);
    sink.dispose();
    batch.dispose();
    pipeline.dispose();
  }

  private void drain() {
    synchronized (this) {
      if (phase != Phase.RUNNING || stopped || broken) {
        return;
      }
    }
    endOfStream();
    while (!drainIsOver()) {
      PullResult result = puller.pull(SLICE_NS);
      if (result == PullResult.BATCH) {
        count();
      } else if (result != PullResult.TIMEOUT) {
        break;
      }
    }
    awaitSinks();
  }
}
