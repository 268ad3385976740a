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
 * Java for a frame. {@link #stop}, {@link #endOfStream}, {@link #stats} and {@link #close} may come
 * from any thread, everything else from one thread at a time.
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
   * Returns the bin of a source.
   *
   * @param source its place in the order of the builder
   * @return the bin, borrowed
   * @throws IndexOutOfBoundsException if there is no such source
   */
  public Bin sourceBin(int source) {
    return life.graph().bin(source);
  }

  /**
   * Returns the element to push frames of a source to, from any thread.
   *
   * @param source its place in the order of the builder
   * @return the appsrc, borrowed
   * @throws IllegalArgumentException if the source was not made by {@link Source#appSrc}
   */
  public AppSrc appSrc(int source) {
    return life.graph().appSrc(source);
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
   * Stops the pipeline and frees it. Branches are given the time to finish their files. Any thread
   * may close, also in a handler, and while another is in {@link #next}; what that thread's view
   * shows stays until it asks for more. Further calls do nothing.
   */
  @Override
  public void close() {
    life.close();
  }
}
