/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.testng.annotations.Test;

/** README shows programs as they are. */
public class ReadmeTest {
  private static final Path README = Path.of(System.getProperty("savant.test.readme"));

  @Test
  public void theProgramInReadmeIsTheOneThatIsTested() throws IOException {
    String readme = Files.readString(README);
    int start = readme.indexOf("```java\n") + "```java\n".length();
    String shown = readme.substring(start, readme.indexOf("```", start));
    String source =
        Files.readString(
            README.resolveSibling(
                "examples/src/main/java/org/savantgst/examples/LetterboxFiles.java"));
    assertEquals(shown, source.substring(source.indexOf("import ")));
  }

  @Test
  public void everySmallProgramIsNamed() throws IOException {
    String readme = Files.readString(README);
    Path folder = README.resolveSibling("examples/src/main/java/org/savantgst/examples");
    try (var files = Files.newDirectoryStream(folder, "[A-Z]*.java")) {
      for (Path file : files) {
        String name = file.getFileName().toString().replace(".java", "");
        assertTrue(readme.contains("org.savantgst.examples." + name), name);
      }
    }
  }
}
