/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.interop;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.savantgst.Savant;
import org.testng.SkipException;
import org.testng.annotations.Test;

/** Tensors handed to numpy and taken from it, with this library in a JVM inside Python. */
public class PythonDlpackTest {
  private static final int SKIPPED = 77;

  @Test
  public void numpyAndBack() throws Exception {
    Path base = Path.of(System.getProperty("basedir", ".")).toAbsolutePath();
    Path python = Path.of(System.getProperty("savant.test.python", "python3"));
    if (python.isAbsolute() && !Files.isExecutable(python)) {
      python = Path.of("python3");
    }
    List<String> command = new ArrayList<>(List.of(python.toString(), "-B"));
    command.add(base.resolve("src/test/python/java_dlpack.py").toString());
    command.add(Path.of(System.getProperty("java.home"), "lib/server/libjvm.so").toString());
    command.add(System.getProperty("java.class.path"));
    command.add("-Djna.nosys=true");
    command.add("-Dsavant.native.dir=" + Savant.nativeDirectory());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .put("PYTHONPATH", base.resolve("../../gst-plugin/tests/interop").normalize().toString());
    Path log = Files.createTempFile("python", ".log");
    try {
      Process process = builder.redirectOutput(log.toFile()).start();
      if (!process.waitFor(2, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new AssertionError("no end: " + Files.readString(log));
      }
      String out = Files.readString(log, StandardCharsets.UTF_8);
      if (process.exitValue() == SKIPPED) {
        System.out.print(out);
        throw new SkipException(out.strip());
      }
      assertEquals(process.exitValue(), 0, out);
      assertTrue(out.contains("RGBA to numpy: 1196 elements are right"), out);
      assertTrue(out.contains("4 channel(s) from numpy: all elements are right"), out);
    } finally {
      Files.delete(log);
    }
  }
}
