/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.Bus;
import org.freedesktop.gstreamer.Caps;
import org.freedesktop.gstreamer.FlowReturn;
import org.freedesktop.gstreamer.Gst;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.State;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.savantgst.surface.VideoFormat;

/** Encodes pictures of one size to an MP4 file, by a pipeline of stock elements. */
final class Mp4Writer implements Closeable {
  private static final long FINISH_SECONDS = 60;
  private static final long MESSAGE_SECONDS = 2;
  private static final long MIN_STEP_NS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long DEFAULT_DURATION_NS = TimeUnit.MILLISECONDS.toNanos(40);
  private static final double NTSC = 1000.0 / 1001;
  private static final double RATE_TOLERANCE = 0.004;

  private final Path file;
  private final Pipeline pipeline;
  private final AppSrc source;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Bus.EOS onEnd = from -> ended.countDown();
  private final Bus.ERROR onError = (from, code, message) -> fail(message);
  private final long durationNs;
  private volatile String failure;
  private long lastPtsNs = -1;

  /**
   * Starts the pipeline.
   *
   * @param encoder what {@link #encoder()} found
   * @param colorFormat NvBufSurface's code, which knows matrix and range
   * @param durationNs time that a picture is shown, negative if that is not known
   */
  Mp4Writer(
      Path file,
      String encoder,
      VideoFormat format,
      int colorFormat,
      Mosaic size,
      long durationNs) {
    this.file = file;
    this.durationNs = durationNs > 0 ? durationNs : DEFAULT_DURATION_NS;
    pipeline =
        (Pipeline)
            Gst.parseLaunch(
                "appsrc name=source format=time block=true max-buffers=4 max-bytes=0"
                    + " ! videoconvert ! video/x-raw,format=I420 ! "
                    + elements(encoder)
                    + " ! mp4mux ! filesink name=sink");
    pipeline.getElementByName("sink").set("location", file.toString());
    source = (AppSrc) pipeline.getElementByName("source");
    source.setCaps(Caps.fromString(caps(format, colorFormat, size, this.durationNs)));
    pipeline.getBus().connect(onEnd);
    pipeline.getBus().connect(onError);
    pipeline.play();
  }

  /**
   * Looks for what encoding needs.
   *
   * @return the element to encode with
   * @throws UnavailableException if an element is missing
   */
  static String encoder() throws UnavailableException {
    for (StockElements.Choice needed :
        new StockElements.Choice[] {StockElements.CONVERTER, StockElements.MUXER}) {
      if (needed.found().isEmpty()) {
        throw new UnavailableException("--mp4: " + needed.missing());
      }
    }
    return StockElements.ENCODER
        .found()
        .orElseThrow(() -> new UnavailableException("--mp4: " + StockElements.ENCODER.missing()));
  }

  /**
   * The encoder as this program uses it, with a parser where the muxer needs one. Without B-frames
   * as mp4mux ends the track by decoding times, which would cut off a last picture that comes late.
   */
  private static String elements(String encoder) {
    return switch (encoder) {
      case "x264enc" -> "x264enc speed-preset=superfast bframes=0";
      case "openh264enc" -> "openh264enc bitrate=4000000 ! h264parse";
      default -> encoder;
    };
  }

  private static String caps(VideoFormat format, int colorFormat, Mosaic size, long durationNs) {
    String caps =
        String.format(
            Locale.ROOT,
            "video/x-raw,format=%s,width=%d,height=%d,framerate=%s,pixel-aspect-ratio=1/1",
            format.canonicalName(),
            size.width(),
            size.height(),
            rate(durationNs));
    boolean isYuv = format.planes() > 1 || format == VideoFormat.UYVY;
    return isYuv ? caps + ",colorimetry=" + YuvCodes.colorimetry(colorFormat) : caps;
  }

  /** A frame rate as a fraction with a usual denominator. */
  static String rate(long durationNs) {
    double rate = 1e9 / durationNs;
    long whole = Math.round(rate);
    if (whole > 0 && Math.abs(rate - whole) < RATE_TOLERANCE) {
      return whole + "/1";
    }
    long ntsc = Math.round(rate / NTSC);
    if (ntsc > 0 && Math.abs(rate - ntsc * NTSC) < RATE_TOLERANCE) {
      return ntsc * 1000 + "/1001";
    }
    return Math.max(1, Math.round(rate * 100)) + "/100";
  }

  /** A push that waits for room goes on when the pipeline stops. */
  private void fail(String message) {
    if (failure == null) {
      failure = message;
      pipeline.setState(State.NULL);
      ended.countDown();
    }
  }

  /**
   * Appends a picture.
   *
   * @param ptsNs its time, negative for none; where it is not after the last one, the next
   *     millisecond
   * @throws IOException if the pipeline has failed
   */
  void write(byte[] picture, long ptsNs) throws IOException {
    long next = lastPtsNs < 0 ? 0 : lastPtsNs + (ptsNs < 0 ? durationNs : MIN_STEP_NS);
    lastPtsNs = Math.max(ptsNs, next);
    Buffer buffer = new Buffer(picture.length);
    buffer.map(true).put(picture);
    buffer.unmap();
    buffer.setPresentationTimestamp(lastPtsNs);
    buffer.setDuration(durationNs);
    if (source.pushBuffer(buffer) != FlowReturn.OK) {
      await(MESSAGE_SECONDS);
      throw new IOException(failure != null ? failure : "the encoder takes no more pictures");
    }
  }

  private boolean await(long seconds) {
    try {
      return ended.await(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Finishes the file.
   *
   * @throws IOException if the pipeline has failed, or does not end in a minute
   */
  @Override
  public void close() throws IOException {
    source.endOfStream();
    boolean done = await(FINISH_SECONDS);
    pipeline.getBus().disconnect(onEnd);
    pipeline.getBus().disconnect(onError);
    pipeline.setState(State.NULL);
    source.dispose();
    pipeline.dispose();
    if (failure != null) {
      throw new IOException(failure);
    }
    if (!done) {
      throw new IOException(
          file.getFileName() + " is not finished after " + FINISH_SECONDS + " seconds");
    }
  }
}
