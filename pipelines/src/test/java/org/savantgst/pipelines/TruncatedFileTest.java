/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import static org.savantgst.pipelines.TestSources.assertBalanced;
import static org.savantgst.pipelines.TestSources.small;
import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Test;

/** Whole files raise no alarm, of truncated ones all frames come and the loss is told. */
public class TruncatedFileTest {
  private static final long TIMEOUT = 30_000;
  private static final int FRAMES = 60;

  private static final String VIDEO =
      "videotestsrc pattern=snow num-buffers="
          + FRAMES
          + " ! video/x-raw,format=I420,width=160,height=120";
  private static final String PLAIN = VIDEO + ",framerate=30/1 ! x264enc bframes=0 key-int-max=10";

  private Path folder;

  @BeforeClass
  public void makeFolder() throws IOException {
    folder = Files.createTempDirectory("savant-truncated");
  }

  @AfterClass(alwaysRun = true)
  public void removeFolder() throws IOException {
    TestSources.remove(folder);
  }

  /** What is made, whether frames come before the damage, and whether its length is known. */
  @DataProvider
  public Object[][] files() {
    String sound = "audiotestsrc num-buffers=300 ! voaacenc ! mux. ";
    return new Object[][] {
      {"plain.mp4", PLAIN + " ! mp4mux faststart=true", true, true},
      {"index-last.mp4", PLAIN + " ! mp4mux", false, true},
      {
        "reordered.mp4",
        VIDEO + ",framerate=30/1 ! x264enc bframes=3 b-adapt=false ! mp4mux faststart=true",
        true,
        true
      },
      {"long-sound.mp4", sound + PLAIN + " ! mp4mux name=mux faststart=true", true, true},
      {
        "rates.mp4",
        VIDEO
            + ",framerate=30/1 ! identity drop-probability=0.5 ! x264enc bframes=0"
            + " ! mp4mux faststart=true",
        true,
        true
      },
      {"late.mp4", PLAIN + " ! identity ts-offset=700000000 ! mp4mux faststart=true", true, true},
      {"fragments.mp4", PLAIN + " ! h264parse ! mp4mux fragment-duration=300", true, true},
      {"film.mkv", PLAIN + " ! matroskamux", true, true},
      {"film.avi", VIDEO + ",framerate=30/1 ! jpegenc ! avimux", true, true},
      {"film.ts", PLAIN + " ! mpegtsmux", true, false},
    };
  }

  @Test(dataProvider = "files", timeOut = TIMEOUT)
  public void lossIsTold(String name, String elements, boolean hasFrames, boolean tells)
      throws IOException {
    Path whole = folder.resolve(name);
    String sink = " ! filesink location=" + whole;
    TestSources.launch(
        elements.contains(" mux.")
            ? elements.replace("name=mux", "name=mux") + "" + " mux." + sink
            : elements + sink);
    Run all = run(whole);
    assertEquals(all.told, List.of());
    assertTrue(name.equals("rates.mp4") ? all.frames > 5 : all.frames == FRAMES, all.toString());

    byte[] bytes = Files.readAllBytes(whole);
    for (int length : new int[] {bytes.length - 1, bytes.length * 2 / 3}) {
      Path cut = Files.write(folder.resolve("cut-" + name), Arrays.copyOf(bytes, length));
      Run some = run(cut);
      assertEquals(some.told.size(), tells ? 1 : 0, some.toString());
      for (String text : some.told) {
        assertTrue(text.startsWith(cut.toString()), text);
        assertTrue(text.contains("the file is truncated, "), text);
      }
      if (length < bytes.length - 1) {
        assertTrue(some.frames < all.frames, some.toString());
      }
      assertTrue(some.frames >= (hasFrames ? all.frames / 3 : 0), some.toString());
    }
  }

  private record Run(long frames, List<String> told) {}

  private static Run run(Path file) {
    BatchPipeline pipeline = small().source(Source.file(file)).build();
    try (pipeline) {
      pipeline.run(batch -> {});
    } catch (PipelineException e) {
      return new Run(pipeline.stats().total().out(), List.of(e.getMessage()));
    }
    assertBalanced(pipeline.stats());
    return new Run(pipeline.stats().total().out(), pipeline.warnings());
  }
}
