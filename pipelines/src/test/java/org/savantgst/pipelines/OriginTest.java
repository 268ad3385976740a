/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import static org.savantgst.pipelines.TestSources.counter;
import static org.savantgst.pipelines.TestSources.endless;
import static org.savantgst.pipelines.TestSources.small;
import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertNotNull;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.freedesktop.gstreamer.Element;
import org.freedesktop.gstreamer.ElementFactory;
import org.freedesktop.gstreamer.glib.Natives;
import org.freedesktop.gstreamer.lowlevel.GNative;
import org.testng.annotations.Test;

/**
 * Whose error it is where the element has no parent any more when it is heard of: bins that decode
 * let go of what failed.
 */
public class OriginTest {
  private static final long TIMEOUT = 30_000;

  interface Messages extends Library {
    Messages GST = GNative.loadLibrary("gstreamer-1.0", Messages.class, Map.of());

    int gst_stream_error_quark();

    Pointer gst_message_new_error(Pointer source, Pointer error, String debug);

    int gst_bus_post(Pointer bus, Pointer message);
  }

  interface Errors extends Library {
    Errors GLIB = GNative.loadLibrary("glib-2.0", Errors.class, Map.of());

    Pointer g_error_new_literal(int domain, int code, String text);

    void g_error_free(Pointer error);
  }

  /** As an element posts it in a bin, which it has left since. */
  private static void postError(BatchPipeline pipeline, String text, String path) {
    Pointer error = Errors.GLIB.g_error_new_literal(Messages.GST.gst_stream_error_quark(), 1, text);
    try (Element element = ElementFactory.make("identity", "orphan")) {
      Pointer message =
          Messages.GST.gst_message_new_error(
              Natives.getRawPointer(element), error, "file.c(1): f (): " + path + "orphan:\nwhy");
      Messages.GST.gst_bus_post(Natives.getRawPointer(pipeline.pipeline().getBus()), message);
    }
    Errors.GLIB.g_error_free(error);
  }

  private static String path(int place) {
    return "/GstPipeline:pipeline0/GstBin:source-" + place + "/GstDecodeBin:decodebin0/GstX:";
  }

  private final BlockingQueue<String> warnings = new LinkedBlockingQueue<>();

  /** Its sources end by themselves, for these errors are made up. */
  private BatchPipeline afterARemoval() {
    BatchPipeline pipeline =
        small().source(counter(200)).source(endless()).onWarning(warnings::add).build();
    assertNotNull(pipeline.next());
    pipeline.removeSource(1);
    return pipeline;
  }

  /** All that was posted before has been handled; where an error comes from nobody knows. */
  private void awaitMessages(BatchPipeline pipeline) throws InterruptedException {
    postError(pipeline, "whose?", "");
    assertEquals(warnings.poll(20, TimeUnit.SECONDS), "orphan: whose?");
  }

  @Test(timeOut = TIMEOUT)
  public void anErrorOfASourceThatIsThereIsItsOwn() throws InterruptedException {
    try (BatchPipeline pipeline = afterARemoval()) {
      postError(pipeline, "no more bits", path(0));
      awaitMessages(pipeline);
      PipelineException e = expectThrows(PipelineException.class, () -> pipeline.run(batch -> {}));
      assertEquals(e.source().getAsInt(), 0);
      assertEquals(e.text(), "no more bits");
      assertEquals(e.element(), "orphan");
    }
  }

  /** Neither is that of the one before at a place that is taken again. */
  @Test(timeOut = TIMEOUT)
  public void anErrorOfARemovedSourceIsNobodys() throws InterruptedException {
    try (BatchPipeline pipeline = afterARemoval()) {
      postError(pipeline, "gone", path(1));
      assertEquals(pipeline.addSource(counter(200)), 1);
      awaitMessages(pipeline);
      postError(pipeline, "of the new one", path(1));
      awaitMessages(pipeline);
      PipelineException e = expectThrows(PipelineException.class, () -> pipeline.run(batch -> {}));
      assertEquals(e.source().getAsInt(), 1);
      assertEquals(e.text(), "of the new one");
      assertEquals(e.getSuppressed().length, 0);
      assertTrue(warnings.isEmpty(), warnings.toString());
    }
  }

  /** Before a removal there is nobody else whose it could be. */
  @Test(timeOut = TIMEOUT)
  public void anErrorOfNobodyEndsAll() {
    try (BatchPipeline pipeline = small().source(endless()).build()) {
      assertNotNull(pipeline.next());
      postError(pipeline, "broken", "");
      PipelineException e = expectThrows(PipelineException.class, () -> pipeline.run(batch -> {}));
      assertTrue(e.source().isEmpty());
      assertEquals(e.text(), "broken");
    }
  }
}
