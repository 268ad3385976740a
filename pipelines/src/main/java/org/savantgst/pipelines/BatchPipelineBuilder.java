/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.savantgst.surface.TransformConfig;
import org.savantgst.surface.VideoFormat;

/** Says what a pipeline shall be. */
public final class BatchPipelineBuilder {
  final List<Source> sources = new ArrayList<>();
  final List<String> branches = new ArrayList<>();
  private VideoFormat format;
  private int width;
  private int height;
  private TransformConfig transform = TransformConfig.defaults();
  private boolean usePar = true;
  private int batchSize;
  private long batchTimeoutNs = -1;
  private long stallWarningNs = TimeUnit.SECONDS.toNanos(5);
  SourceErrors onSourceError = SourceErrors.STOP;
  Consumer<String> onWarning = text -> {};

  BatchPipelineBuilder() {}

  /**
   * Adds a source. Further ones may come later, by {@link BatchPipeline#addSource}.
   *
   * @param source the source
   * @return this
   */
  public BatchPipelineBuilder source(Source source) {
    if (source == null) {
      throw new IllegalArgumentException("source is null");
    }
    sources.add(source);
    return this;
  }

  /**
   * Letterboxes every frame to one format and size. Without it batches are non-uniform: they hold
   * the frames as they are, without a copy.
   *
   * @param format of the batches
   * @param width pixels, 1 to 32767
   * @param height pixels, 1 to 32767
   * @return this
   * @throws IllegalArgumentException if a side is out of range
   */
  public BatchPipelineBuilder output(VideoFormat format, int width, int height) {
    if (format == null) {
      throw new IllegalArgumentException("format is null");
    }
    if (width < 1 || width > 32767 || height < 1 || height > 32767) {
      throw new IllegalArgumentException(
          "size " + width + "x" + height + ": width and height are 1 to 32767");
    }
    this.format = format;
    this.width = width;
    this.height = height;
    return this;
  }

  /**
   * Says how frames are placed in the size of {@link #output}.
   *
   * @param transform by default centred, black bars, bilinear; its flip must be none
   * @return this
   */
  public BatchPipelineBuilder transform(TransformConfig transform) {
    if (transform == null) {
      throw new IllegalArgumentException("transform is null");
    }
    this.transform = transform;
    return this;
  }

  /**
   * Says whether pixel aspect ratios of the sources count.
   *
   * @param usePar true (the default) keeps circles round
   * @return this
   */
  public BatchPipelineBuilder usePar(boolean usePar) {
    this.usePar = usePar;
    return this;
  }

  /**
   * Sets the slots of a batch. A batch holds at most one frame of each source.
   *
   * @param batchSize 1 to 1024; by default one slot for each source
   * @return this
   * @throws IllegalArgumentException if it is out of range
   */
  public BatchPipelineBuilder batchSize(int batchSize) {
    if (batchSize < 1 || batchSize > 1024) {
      throw new IllegalArgumentException("batch size " + batchSize + ": it must be 1 to 1024");
    }
    this.batchSize = batchSize;
    return this;
  }

  /**
   * Limits how long a frame waits for the other sources. By default it waits until each has a frame
   * or has ended, which is right for files; where a source is live, for one frame of the fastest
   * live one.
   *
   * @param timeout zero for no wait; at most 146 years
   * @return this
   * @throws IllegalArgumentException if it is negative or too long
   */
  public BatchPipelineBuilder batchTimeout(Duration timeout) {
    batchTimeoutNs = nanoseconds("batch timeout", timeout);
    return this;
  }

  /**
   * Sets after which time without frames of a source a warning tells of it.
   *
   * @param interval 5 seconds by default; zero for never; at most 146 years
   * @return this
   * @throws IllegalArgumentException if it is negative or too long
   */
  public BatchPipelineBuilder stallWarning(Duration interval) {
    stallWarningNs = nanoseconds("stall warning", interval);
    return this;
  }

  /** As the element takes it. */
  private static long nanoseconds(String name, Duration duration) {
    if (duration == null || duration.isNegative()) {
      throw new IllegalArgumentException(name + " " + duration + ": it must not be negative");
    }
    if (duration.compareTo(Duration.ofNanos(Long.MAX_VALUE / 2)) > 0) {
      throw new IllegalArgumentException(
          name + " " + duration + ": at most 146 years are possible");
    }
    return duration.toNanos();
  }

  /**
   * Says what happens when a source fails.
   *
   * @param onSourceError {@link SourceErrors#STOP} by default
   * @return this
   */
  public BatchPipelineBuilder onSourceError(SourceErrors onSourceError) {
    if (onSourceError == null) {
      throw new IllegalArgumentException("onSourceError is null");
    }
    this.onSourceError = onSourceError;
    return this;
  }

  /**
   * Hears of warnings as they come, on a thread of GStreamer's executor.
   *
   * @param onWarning takes the text
   * @return this
   */
  public BatchPipelineBuilder onWarning(Consumer<String> onWarning) {
    if (onWarning == null) {
      throw new IllegalArgumentException("onWarning is null");
    }
    this.onWarning = onWarning;
    return this;
  }

  /**
   * Gives the batches to further elements too.
   *
   * @param description in the words of {@code gst-launch-1.0}; its first element takes batches, its
   *     sinks get {@code async=false}, for instance {@code savantunbatch name=u u.src_0 !
   *     videoconvert ! x264enc ! mp4mux ! filesink location=0.mp4}
   * @return this
   */
  public BatchPipelineBuilder branch(String description) {
    if (description == null || description.isBlank()) {
      throw new IllegalArgumentException("branch is empty");
    }
    branches.add(description);
    return this;
  }

  /**
   * Makes the pipeline; nothing runs yet.
   *
   * @return the pipeline
   * @throws IllegalArgumentException if there is no source, two have one id, there are more than
   *     slots, or a description is wrong
   * @throws UnsatisfiedLinkError if the native library cannot be used
   */
  public BatchPipeline build() {
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("no sources");
    }
    return new BatchPipeline(this);
  }

  PipelineText.Output output() {
    return new PipelineText.Output(
        format,
        width,
        height,
        transform,
        usePar,
        batchSize,
        batchTimeoutNs,
        stallWarningNs,
        branches);
  }

  void checkSourceIds() {
    for (int i = 0; i < sources.size(); i++) {
      for (int k = 0; k < i; k++) {
        int id = sources.get(i).id().orElse(i);
        if (id == sources.get(k).id().orElse(k)) {
          throw new IllegalArgumentException(
              "source id " + id + " is given to " + sources.get(k) + " and to " + sources.get(i));
        }
      }
    }
  }
}
