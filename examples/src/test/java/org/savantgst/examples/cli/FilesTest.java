/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertThrows;
import static org.testng.Assert.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.savantgst.surface.VideoFormat;
import org.testng.annotations.Test;

public class FilesTest {
  @Test
  public void aLineHasAllFieldsInOrder() {
    FrameLine line = new FrameLine(1, 5, 2, 3, 40, -1, 1280, 720, 0, 140, 640, 360, 4);
    assertEquals(
        line.toJson(),
        "{\"source\": 1, \"id\": 5, \"slot\": 2, \"batch\": 3, \"pts_ns\": 40,"
            + " \"duration_ns\": null, \"src_w\": 1280, \"src_h\": 720, \"dst_left\": 0,"
            + " \"dst_top\": 140, \"dst_w\": 640, \"dst_h\": 360, \"dropped\": 4}");
  }

  @Test
  public void theArrayGetsItsLengthWhenItIsClosed() throws IOException {
    Path file = Files.createTempFile("savant", ".npy");
    try (NpyWriter writer = new NpyWriter(file, 2, 3, 4)) {
      byte[] picture = new byte[24];
      for (int i = 0; i < 3; i++) {
        Arrays.fill(picture, (byte) i);
        writer.write(picture);
      }
      assertThrows(IllegalArgumentException.class, () -> writer.write(new byte[23]));
    }
    byte[] bytes = Files.readAllBytes(file);
    Files.delete(file);
    assertEquals(bytes.length, 128 + 3 * 24);
    assertEquals(bytes[0], (byte) 0x93);
    String header = new String(bytes, 1, 127, StandardCharsets.US_ASCII);
    assertTrue(header.contains("'shape': (3, 2, 3, 4), }"), header);
    assertTrue(header.endsWith("\n"), header);
    assertEquals(bytes[128 + 24], 1);
  }

  @Test
  public void aTableHasColumns() {
    TextTable table = new TextTable("source", "in");
    table.row("a", 10);
    table.row("long name", 7);
    assertEquals(table.toString(), "source     in\na          10\nlong name   7\n");
    assertThrows(IllegalArgumentException.class, () -> table.row("a"));
  }

  @Test
  public void picturesOfEveryKindAreShown() {
    byte[] rgb = {10, 20, 30};
    assertEquals(new Picture(rgb, VideoFormat.RGB, 27, 1, 1).rgb(0, 0), 0x0A141E);
    assertEquals(new Picture(rgb, VideoFormat.BGR, 28, 1, 1).rgb(0, 0), 0x1E140A);
    byte[] white = {(byte) 235, (byte) 128, (byte) 128};
    assertEquals(new Picture(white, VideoFormat.NV12, 6, 1, 1).rgb(0, 0), 0xFFFFFF);
    assertEquals(new Picture(white, VideoFormat.I420, 2, 1, 1).rgb(0, 0), 0xFFFFFF);
    byte[] red = {81, 90, (byte) 240};
    assertEquals(new Picture(red, VideoFormat.NV12, 6, 1, 1).rgb(0, 0) >> 16, 0xFE);
  }

  @Test
  public void aSheetIsAGridOfPicturesWithLabels() {
    ContactSheet sheet = new ContactSheet();
    byte[] grey = new byte[40 * 30];
    for (int i = 0; i < 3; i++) {
      Arrays.fill(grey, (byte) (100 + i));
      sheet.add(new Picture(grey.clone(), VideoFormat.GRAY8, 1, 40, 30), "1.2");
    }
    BufferedImage image = sheet.render();
    assertEquals(image.getWidth(), 2 * 44 + 4);
    assertEquals(image.getHeight(), 2 * (30 + 9 + 4) + 4);
    assertEquals(image.getRGB(4, 4) & 0xFFFFFF, 0x646464);
    assertEquals(image.getRGB(48, 4) & 0xFFFFFF, 0x656565);
    assertEquals(image.getRGB(4, 47) & 0xFFFFFF, 0x666666);
    int ink = 0;
    for (int x = 4; x < 44; x++) {
      for (int y = 34; y < 43; y++) {
        ink += (image.getRGB(x, y) & 0xFFFFFF) == 0xFFFFFF ? 1 : 0;
      }
    }
    assertTrue(ink > 10, ink + " dots");
  }
}
