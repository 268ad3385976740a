/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst;

import org.freedesktop.gstreamer.Bus;
import org.freedesktop.gstreamer.Gst;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.State;
import org.freedesktop.gstreamer.elements.AppSink;

/** A pipeline from a launch line that ends in an appsink named out. */
public final class TestPipeline implements AutoCloseable {
  private final Pipeline pipeline;
  private final AppSink sink;
  private volatile String error;

  /** Parses {@code source ! appsink}. */
  public TestPipeline(String source) {
    Savant.init();
    pipeline = (Pipeline) Gst.parseLaunch(source + " ! appsink name=out sync=false");
    sink = (AppSink) pipeline.getElementByName("out");
    pipeline
        .getBus()
        .connect((Bus.ERROR) (from, code, message) -> error = from.getName() + ": " + message);
  }

  public Pipeline pipeline() {
    return pipeline;
  }

  public AppSink sink() {
    return sink;
  }

  public String error() {
    return error;
  }

  /** Starts without waiting. */
  public TestPipeline play() {
    pipeline.play();
    return this;
  }

  @Override
  public void close() {
    pipeline.setState(State.NULL);
    pipeline.getState();
    pipeline.dispose();
  }
}
