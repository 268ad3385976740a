/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.savantgst.Savant;
import org.savantgst.surface.VideoFormat;
import org.testng.SkipException;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Test;

/** Mosaics and their encoding. */
public class VideoTest {
  private static final long TIMEOUT = 60_000;
  private static final int BT601 = 6;

  @Test
  public void tilesLieSideBySide() {
    Mosaic mosaic = new Mosaic(VideoFormat.I420, 15, 9, 3);
    assertEquals(mosaic.width(), 32);
    assertEquals(mosaic.height(), 32);
    assertEquals(mosaic.bytes().length, 32 * 32 * 3 / 2);
    assertEquals(mosaic.bytes()[0], 16);
    assertEquals(mosaic.bytes()[32 * 32], (byte) 128);
    byte[] picture = new byte[15 * 9 + 2 * 8 * 5];
    Arrays.fill(picture, 0, 135, (byte) 200);
    Arrays.fill(picture, 135, 175, (byte) 50);
    Arrays.fill(picture, 175, 215, (byte) 60);
    mosaic.put(2, picture);
    byte[] bytes = mosaic.bytes();
    assertEquals(bytes[16 * 32], (byte) 200);
    assertEquals(bytes[24 * 32 + 14], (byte) 200);
    assertEquals(bytes[24 * 32 + 15], 16);
    assertEquals(bytes[25 * 32], 16);
    assertEquals(bytes[15 * 32], 16);
    assertEquals(bytes[1024 + 8 * 16], 50);
    assertEquals(bytes[1024 + 12 * 16 + 7], 50);
    assertEquals(bytes[1024 + 12 * 16 + 8], (byte) 128);
    assertEquals(bytes[1024 + 256 + 8 * 16], 60);
  }

  @DataProvider
  public Object[][] formats() {
    return Arrays.stream(VideoFormat.values()).map(f -> new Object[] {f}).toArray(Object[][]::new);
  }

  /** A grey picture comes back grey, in whatever format it was given. */
  @Test(dataProvider = "formats")
  public void everyFormatHasItsTiles(VideoFormat format) {
    Mosaic mosaic = new Mosaic(format, 16, 8, 1);
    byte[] grey = new byte[mosaic.bytes().length];
    Arrays.fill(grey, (byte) 128);
    mosaic.put(0, grey);
    assertEquals(mosaic.bytes(), grey);
  }

  @Test
  public void ratesAreFractions() {
    assertEquals(Mp4Writer.rate(40_000_000), "25/1");
    assertEquals(Mp4Writer.rate(33_366_666), "30000/1001");
    assertEquals(Mp4Writer.rate(33_333_333), "30/1");
    assertEquals(Mp4Writer.rate(80_000_000), "1250/100");
    assertEquals(Mp4Writer.rate(Long.MAX_VALUE), "1/100");
  }

  @DataProvider
  public Object[][] encoders() {
    return StockElements.ENCODER.elements().stream()
        .map(name -> new Object[] {name})
        .toArray(Object[][]::new);
  }

  /** Times that stand still or go back are mended; the last may be far from the others. */
  @Test(dataProvider = "encoders", timeOut = TIMEOUT)
  public void everyEncoderMakesAPlayableFile(String encoder) throws IOException {
    Savant.init();
    if (!StockElements.has(encoder)) {
      throw new SkipException("no " + encoder + " here");
    }
    Path file = Files.createTempFile("savant", ".mp4");
    Mosaic mosaic = new Mosaic(VideoFormat.NV12, 64, 64, 4);
    long[] times = {0, 40, 80, 80, 70, 160, -1, 240, 280, 320, 1000};
    try (Mp4Writer writer =
        new Mp4Writer(file, encoder, VideoFormat.NV12, BT601, mosaic, 40_000_000)) {
      for (long time : times) {
        writer.write(mosaic.bytes(), time < 0 ? -1 : time * 1_000_000);
      }
    }
    List<Long> shown =
        TestFiles.timesOfVideo(file).stream().map(ns -> Math.round(ns / 1e6)).toList();
    assertEquals(shown, List.of(0L, 40L, 80L, 81L, 82L, 160L, 200L, 240L, 280L, 320L, 1000L));
    Files.delete(file);
  }

  @Test(timeOut = TIMEOUT)
  public void aFullDiskIsAnErrorAndNoHang() {
    Savant.init();
    Optional<String> encoder = StockElements.ENCODER.found();
    if (encoder.isEmpty()) {
      throw new SkipException(StockElements.ENCODER.missing());
    }
    Mosaic mosaic = new Mosaic(VideoFormat.RGBA, 320, 320, 1);
    IOException e =
        expectThrows(
            IOException.class,
            () -> {
              try (Mp4Writer writer =
                  new Mp4Writer(
                      Path.of("/dev/full"), encoder.get(), VideoFormat.RGBA, 0, mosaic, -1)) {
                for (int i = 0; i < 200; i++) {
                  writer.write(mosaic.bytes(), i * 40_000_000L);
                }
              }
            });
    assertTrue(e.getMessage().contains("No space left"), e.getMessage());
  }
}
