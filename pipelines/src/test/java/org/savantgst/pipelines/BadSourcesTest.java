/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import static org.savantgst.pipelines.TestSources.assertBalanced;
import static org.savantgst.pipelines.TestSources.counter;
import static org.savantgst.pipelines.TestSources.endless;
import static org.savantgst.pipelines.TestSources.silent;
import static org.savantgst.pipelines.TestSources.small;
import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertFalse;
import static org.testng.Assert.assertNull;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.Element;
import org.freedesktop.gstreamer.Format;
import org.freedesktop.gstreamer.event.SeekFlags;
import org.testng.annotations.Test;

/** Sources that are no good, and calls that come at bad moments. */
public class BadSourcesTest {
  private static final long TIMEOUT = 60_000;

  /** The caps promise surfaces, the buffer is none. */
  @Test(timeOut = TIMEOUT)
  public void framesInWrongMemoryEndTheirSourceAlone() {
    String caps = "video/x-raw(memory:NVMM),format=RGBA,width=64,height=64,framerate=25/1";
    try (BatchPipeline pipeline =
        small()
            .source(counter(30))
            .source(Source.appSrc(caps).withName("liar"))
            .onSourceError(SourceErrors.CONTINUE)
            .build()) {
      pipeline.start();
      Buffer buffer = new Buffer(64 * 64 * 4);
      buffer.setPresentationTimestamp(0);
      pipeline.appSrc(1).pushBuffer(buffer);
      PipelineException e = expectThrows(PipelineException.class, () -> pipeline.run(batch -> {}));
      assertTrue(e.getMessage().contains("sink_1") || e.source().isPresent(), e.getMessage());
      assertFalse(e.text().isEmpty());
      assertBalanced(pipeline.stats());
      assertEquals(
          pipeline.stats().sources().get(1).frames().dropped().get("error"), Long.valueOf(1));
    }
  }

  @Test(timeOut = TIMEOUT)
  public void aKindOfMemoryThatNobodyTakesIsTold() {
    String caps = "video/x-raw(memory:DMABuf),format=RGBA,width=64,height=64,framerate=25/1";
    try (BatchPipeline pipeline = small().source(endless()).build()) {
      pipeline.next();
      pipeline.addSource(Source.appSrc(caps).withId(3));
      Buffer buffer = new Buffer(64 * 64 * 4);
      buffer.setPresentationTimestamp(0);
      pipeline.appSrc(pipeline.place(3)).pushBuffer(buffer);
      PipelineException e = expectThrows(PipelineException.class, () -> pipeline.run(batch -> {}));
      assertFalse(e.text().isEmpty());
      assertBalanced(pipeline.stats());
    }
  }

  @Test(timeOut = TIMEOUT)
  public void endsBeforeTheFirstFrame() {
    try (BatchPipeline pipeline = small().source(silent()).source(counter(4)).build()) {
      pipeline.start();
      pipeline.appSrc(0).endOfStream();
      pipeline.run(batch -> assertEquals(batch.sourceId(0), 1));
      assertEquals(pipeline.stats().total().out(), 4);
    }
    try (BatchPipeline pipeline = small().source(silent()).build()) {
      pipeline.start();
      pipeline.appSrc(0).endOfStream();
      assertNull(pipeline.next());
    }
  }

  @Test(timeOut = TIMEOUT)
  public void thereIsALastSource() {
    try (BatchPipeline pipeline = small().source(endless()).build()) {
      Element batch = pipeline.batch();
      for (int i = 1; i < 1024; i++) {
        batch.getRequestPad("sink_" + (5000 + i)).dispose();
      }
      IllegalStateException e =
          expectThrows(IllegalStateException.class, () -> pipeline.addSource(endless()));
      assertTrue(
          e.getMessage().contains("as many sources as one pipeline can have"), e.getMessage());
      assertEquals(pipeline.sourceIds(), List.of(0));
    }
  }

  @Test(timeOut = TIMEOUT)
  public void seeksWhileSourcesComeAndGo() throws Exception {
    try (BatchPipeline pipeline = small().source(endless()).build()) {
      pipeline.start();
      Throwable[] thrown = {null};
      Thread puller = new Thread(() -> pipeline.run(batch -> assertBalanced(pipeline.stats())));
      puller.setUncaughtExceptionHandler((thread, e) -> thrown[0] = e);
      puller.start();
      Thread seeker =
          new Thread(
              () -> {
                for (int i = 0; i < 20; i++) {
                  pipeline.pipeline().seekSimple(Format.TIME, EnumSet.of(SeekFlags.FLUSH), 0);
                }
              });
      seeker.start();
      while (seeker.isAlive()) {
        int clip = pipeline.addSource(Source.file(TestSources.CLIP));
        int drawn = pipeline.addSource(endless());
        TimeUnit.MILLISECONDS.sleep(5);
        pipeline.removeSource(clip);
        pipeline.removeSource(drawn);
      }
      assertEquals(pipeline.sourceIds(), List.of(0));
      long batches = pipeline.stats().batches();
      while (pipeline.stats().batches() < batches + 3 && thrown[0] == null) {
        TimeUnit.MILLISECONDS.sleep(2);
      }
      pipeline.stop();
      puller.join();
      assertNull(thrown[0]);
      assertTrue(pipeline.stats().batch().isBalanced(), pipeline.stats().batch().toString());
    }
  }
}
