/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.testng.annotations.Test;

/** The examples in the documentation are programs. */
public class SnippetsTest {
  private static final Pattern SNIPPET =
      Pattern.compile("<pre>\\{@code\n(.*?)}</pre>", Pattern.DOTALL);

  /** What examples take for given. */
  private static final String GIVEN =
      """
      import java.util.*;
      import org.freedesktop.gstreamer.*;
      import org.freedesktop.gstreamer.elements.*;
      import org.savantgst.*;
      import org.savantgst.batch.*;
      import org.savantgst.elements.*;
      import org.savantgst.gpu.*;
      import org.savantgst.interop.*;
      import org.savantgst.meta.*;
      import org.savantgst.surface.*;
      class Snippet%d {
        static void use(Object... what) {}
        static void run(
            AppSrc appSrc, AppSink sink, SavantBatch mux, SharedBuffer %s, SharedBuffer first,
            SharedBuffer second)
            throws Exception {
      %s
        }
      }
      """;

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(int number, String text) {
      super(URI.create("string:///Snippet" + number + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static List<String> snippets() throws IOException {
    Path sources = Path.of(System.getProperty("basedir", "."), "src/main/java");
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
        Matcher matcher = SNIPPET.matcher(Files.readString(file));
        while (matcher.find()) {
          found.add(matcher.group(1).replaceAll("(?m)^\\s*\\* ?", ""));
        }
      }
    }
    return found;
  }

  /** The name that the example does not declare itself. */
  private static String given(String snippet) {
    return snippet.contains("SharedBuffer frame =") || snippet.contains("SurfaceView.of(buffer)")
        ? "buffer"
        : "frame";
  }

  @Test
  public void examplesCompile() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<JavaFileObject> sources = new ArrayList<>();
    for (String snippet : snippets()) {
      int number = sources.size();
      sources.add(new Source(number, String.format(GIVEN, number, given(snippet), snippet)));
    }
    assertTrue(sources.size() >= 5, "found " + sources.size());
    Path out = Files.createTempDirectory("snippets");
    StringWriter messages = new StringWriter();
    boolean compiled =
        compiler
            .getTask(
                messages, null, null, List.of("-proc:none", "-d", out.toString()), null, sources)
            .call();
    assertEquals(messages.toString(), "");
    assertTrue(compiled);
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
