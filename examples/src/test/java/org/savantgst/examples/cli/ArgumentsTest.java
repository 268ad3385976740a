/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;
import static org.testng.Assert.expectThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Test;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

public class ArgumentsTest {
  @DataProvider
  public Object[][] colors() {
    return new Object[][] {
      {"#123aBc", 0x123ABC},
      {"0xFFFFFF", 0xFFFFFF},
      {"0X000001", 1},
      {"1,2,255", 0x0102FF},
      {"114", 0x727272},
      {"0", 0},
      {"255", 0xFFFFFF},
    };
  }

  @Test(dataProvider = "colors")
  public void colorsAreRead(String text, int color) {
    assertEquals(PadColor.parse(text), color);
  }

  @DataProvider
  public Object[][] wrongColors() {
    return new Object[][] {
      {""}, {"256"}, {"-1"}, {"1,2"}, {"1,2,256"}, {"#12345"}, {"#1234567"}, {"grey"}, {" 1"}
    };
  }

  @Test(dataProvider = "wrongColors")
  public void wrongColorsAreRefused(String text) {
    String message =
        expectThrows(TypeConversionException.class, () -> PadColor.parse(text)).getMessage();
    assertTrue(message.startsWith("'" + text + "' is no colour: #RRGGBB"), message);
  }

  @Test
  public void sizesAreRead() {
    assertEquals(PictureSize.parse("640x480"), new PictureSize(640, 480));
    assertEquals(PictureSize.parse("1X32767"), new PictureSize(1, 32767));
    for (String wrong : new String[] {"640", "640x", "0x10", "10x32768", "-1x5", "640 x 480"}) {
      String message =
          expectThrows(TypeConversionException.class, () -> PictureSize.parse(wrong)).getMessage();
      assertTrue(message.startsWith("'" + wrong + "' is no size"), message);
    }
  }

  @Test
  public void inputsAreRead() {
    assertEquals(Input.parse("pattern:ball!video/x-raw,width=8").name(), "pattern ball");
    assertEquals(Input.parse("rtsp://camera/1").name(), "rtsp://camera/1");
    String message =
        expectThrows(TypeConversionException.class, () -> Input.parse("missing.mp4")).getMessage();
    assertEquals(message, "there is no file 'missing.mp4'");
    expectThrows(TypeConversionException.class, () -> Input.parse("!videoscale"));
  }

  @Test
  public void everyOptionIsInReadme() throws IOException {
    String readme = Files.readString(Path.of(System.getProperty("savant.test.readme")));
    List<OptionSpec> options =
        SavantProgram.commandLine().getSubcommands().get("run").getCommandSpec().options();
    assertTrue(options.size() > 10, options.toString());
    for (OptionSpec option : options) {
      if (!option.usageHelp() && !option.versionHelp()) {
        assertTrue(readme.contains("`" + option.longestName()), option.longestName());
      }
    }
  }
}
