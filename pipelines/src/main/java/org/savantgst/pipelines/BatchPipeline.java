/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.freedesktop.gstreamer.Bin;
import org.freedesktop.gstreamer.Element;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.elements.AppSink;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.savantgst.Savant;
import org.savantgst.batch.BatchView;
import org.savantgst.elements.BatchStats;

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
 * Java for a frame. {@link #addSource}, {@link #removeSource}, {@link #stop}, {@link #endOfStream},
 * {@link #stats} and {@link #close} may come from any thread, everything else from one thread at a
 * time.
 *
 * <p>The elements are those of {@link #description} in the pipeline that {@link #pipeline} gives.
 * Bins of sources change their states on their own: they are locked, so that a source that brings
 * nothing keeps nobody from PLAYING.
 */
public final class BatchPipeline implements AutoCloseable, Iterable<BatchView> {
  private final PipelineLife life;

  BatchPipeline(BatchPipelineBuilder builder) {
    Savant.ensureAvailability();
    life = new PipelineLife(builder);
  }

  PipelineLife life() {
    return life;
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
    return life.graph().pipeline();
  }

  /**
   * Returns the element that makes the batches.
   *
   * @return savantbatch, borrowed
   */
  public Element batch() {
    return life.graph().batch();
  }

  /**
   * Returns the element that batches are pulled from.
   *
   * @return the appsink, borrowed
   */
  public AppSink sink() {
    return life.graph().sink();
  }

  /**
   * Adds a source, which runs with the others from now on: its pad of savantbatch, its elements and
   * their start in this one call. Frames of it come with the next batches; a live one joins at the
   * present, a file at its beginning. Before {@link #start} it starts with the others.
   *
   * <p>Any thread may call, also in a handler, and while other sources are added, removed or
   * blocked; where the source takes time to start, only its caller waits. What fails later follows
   * {@link BatchPipelineBuilder#onSourceError}.
   *
   * <p>The pipeline ends when all sources that are there have ended. One that is added while the
   * last of them ends may come too late: {@link #next} then gives null as if it had not been added.
   *
   * @param source the source
   * @return its id: that of {@link Source#withId}, else one that is free
   * @throws IllegalArgumentException if it is null, another source has its id, or its description
   *     is wrong
   * @throws IllegalStateException if the pipeline has ended, failed, was stopped or closed, or is
   *     to end since {@link #endOfStream}; and if it has 1024 sources
   * @throws PipelineException if it refuses to start; nothing of it is left then, and the others go
   *     on
   */
  public int addSource(Source source) {
    return life.addSource(source);
  }

  /**
   * Removes a source, at any moment and whatever it does: gives its pad back, stops its elements
   * and frees them; what they say of that is not heard. What it has in savantbatch by then is
   * dropped and counted so ({@code released}, in {@link PipelineStats#removed}); what was batched
   * before still comes. The others go on meanwhile, and its id may be given anew.
   *
   * <p>Any thread may call, also in a handler, but none that the source itself runs. With its last
   * source gone the pipeline waits until another is added, or {@link #endOfStream} or {@link #stop}
   * ends it; sources that have ended count as there until they are removed. The bin of the source
   * is invalid after this; the appsrc that {@link #appSrc} gave refuses frames.
   *
   * @param sourceId the id of the source
   * @throws IllegalArgumentException if no source has it; the text lists those that there are
   * @throws IllegalStateException if the pipeline is closed
   */
  public void removeSource(int sourceId) {
    life.removeSource(sourceId);
  }

  /**
   * Returns which sources there are.
   *
   * @return their ids, in the order of their places
   */
  public List<Integer> sourceIds() {
    return life.sources().list().stream().map(live -> live.id).toList();
  }

  /**
   * Returns the place of a source: its number in {@link BatchView#padIndex}, {@link #sourceBin} and
   * {@link #appSrc}. For those of the builder that is their order; an added one gets the first that
   * is free. Where no id was given it is the id.
   *
   * @param sourceId the id of the source
   * @return its place
   * @throws IllegalArgumentException if no source has the id
   */
  public int place(int sourceId) {
    return life.sources().withId(sourceId).place;
  }

  /**
   * Returns the bin of a source.
   *
   * @param source its place in the order of the builder, see {@link #place}
   * @return the bin, borrowed
   * @throws IndexOutOfBoundsException if there is no such source
   */
  public Bin sourceBin(int source) {
    return life.sources().at(source).bin;
  }

  /**
   * Returns the element to push frames of a source to, from any thread.
   *
   * @param source its place in the order of the builder, see {@link #place}
   * @return the appsrc, borrowed
   * @throws IndexOutOfBoundsException if there is no such source
   * @throws IllegalArgumentException if the source was not made by {@link Source#appSrc}
   */
  public AppSrc appSrc(int source) {
    return life.appSrc(source);
  }

  /**
   * Returns what the pipeline consists of.
   *
   * @return its elements in the words of {@code gst-launch-1.0}; addresses and caps of sources are
   *     set as properties and do not show
   */
  public String description() {
    return life.graph().description();
  }

  /**
   * Starts the sources. {@link #next} does so by itself.
   *
   * @throws PipelineException if what is behind the sources refuses to start; with {@link
   *     SourceErrors#STOP} also if a file is missing or empty or a source refuses to start
   * @throws IllegalStateException if it was started before, or closed
   */
  public void start() {
    life.start();
  }

  /**
   * Waits for the next batch. The view is reused: it may be read until the next call.
   *
   * @return the batch, null after the last one, and if another thread closes the pipeline
   * @throws PipelineException once, after the last batch, if an element posted an error
   * @throws IllegalStateException if the pipeline is closed, or another thread is in a call of this
   */
  public BatchView next() {
    life.requireOpen();
    return life.next();
  }

  /**
   * Hands every batch to the handler, in this thread, until the sources have ended, or {@link
   * #stop} or {@link #close} was called, which the handler may do. What the handler throws stops
   * the pipeline and is thrown again.
   *
   * @param handler takes the batches
   * @param <E> what it may throw
   * @throws E if the handler did
   * @throws PipelineException after the last batch, if an element posted an error
   * @throws IllegalStateException if the pipeline is closed
   */
  public <E extends Exception> void run(BatchHandler<E> handler) throws E {
    life.requireOpen();
    boolean done = false;
    try {
      for (BatchView batch = life.next(); batch != null; batch = life.next()) {
        handler.onBatch(batch);
      }
      done = true;
    } finally {
      if (!done) {
        life.abort();
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
          ahead = life.next();
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

  /**
   * Wakes {@link #next}, which gives no further batch. Frames on their way are dropped. An appsrc
   * takes no more frames.
   */
  public void stop() {
    life.stop();
  }

  /**
   * Lets every source end: an appsrc takes no more frames, files and cameras are left as they are.
   * What is queued in the batch, and what was pushed to an appsrc before, still comes out, and
   * branches finish their files. The one frame of a source that waits for room in its full queue is
   * dropped, and counted so.
   */
  public void endOfStream() {
    life.endOfStream();
  }

  /**
   * Returns what elements warned of, and sources that brought no frames for long or are truncated.
   *
   * @return at most 100 texts so far
   */
  public List<String> warnings() {
    return life.warnings();
  }

  /**
   * Returns the figures so far; after {@link #close} those of the end.
   *
   * @return the figures
   */
  public PipelineStats stats() {
    return life.stats();
  }

  /**
   * Returns what savantbatch has counted, its batches among it; after {@link #close} that of the
   * end.
   *
   * @return the figures, of one moment
   */
  public BatchStats batchStats() {
    return life.stats().batch();
  }

  /**
   * Stops the pipeline and frees it. Branches are given the time to finish their files. Any thread
   * may close, also in a handler, and while another is in {@link #next}; what that thread's view
   * shows stays until it asks for more. Further calls do nothing.
   */
  @Override
  public void close() {
    life.close();
  }
}
