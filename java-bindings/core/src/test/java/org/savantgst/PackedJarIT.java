/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertFalse;
import static org.testng.Assert.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.testng.SkipException;
import org.testng.annotations.Test;

/** The packed jars, on this Java and newer ones, on class path and module path. */
public class PackedJarIT {
  private static final String FRAMES =
      String.join(System.lineSeparator(), "0 0", "1 1", "2 2", "3 3", "4 4");

  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(e -> e.endsWith("/core/target/classes") ? System.getProperty("savant.test.jar") : e)
        .reduce((a, b) -> a + File.pathSeparator + b)
        .orElseThrow();
  }

  private static ChildJvm run(Path home, Path work, String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.add("-Dsavant.native.workdir=" + work);
    arguments.addAll(List.of("-cp", classPath(), Child.class.getName(), "run"));
    return ChildJvm.run(home, Map.of(), arguments);
  }

  /** A folder that goes with what was built. */
  private static Path temporary(String name) throws java.io.IOException {
    return Files.createTempDirectory(
        Path.of(System.getProperty("savant.test.jar")).getParent(), name);
  }

  private static Path thisJava() {
    return Path.of(System.getProperty("java.home"));
  }

  private static void ran(ChildJvm child) {
    assertEquals(child.exit(), 0, child.err());
    assertTrue(child.out().startsWith(FRAMES), child.out());
    assertTrue(child.out().contains("origin bundled jar"), child.out());
  }

  @Test
  public void extractedOnceAndMended() throws Exception {
    Path work = temporary("bundle");
    ran(run(thisJava(), work));
    Path library;
    try (Stream<Path> files = Files.walk(work)) {
      library = files.filter(f -> f.endsWith("libgstsavant-1.0.so.0")).findFirst().orElseThrow();
    }
    Object key = Files.getAttribute(library, "unix:ino");
    ran(run(thisJava(), work));
    assertEquals(Files.getAttribute(library, "unix:ino"), key);
    Files.writeString(library, "damaged");
    ran(run(thisJava(), work));
    assertTrue(Files.size(library) > 10_000);
  }

  @Test
  public void newerJavaWithoutWarning() throws Exception {
    List<Path> homes = ChildJvm.newerJdks();
    if (homes.isEmpty()) {
      throw new SkipException("no newer JDK beside " + thisJava());
    }
    for (Path home : homes) {
      ChildJvm child =
          run(home, temporary("newer"), "--enable-native-access=ALL-UNNAMED", "-Djna.nosys=true");
      ran(child);
      assertFalse(child.err().contains("WARNING"), home + ": " + child.err());
    }
  }

  @Test
  public void twoDifferentBundlesAreRefused() throws Exception {
    Path folder = temporary("second");
    Path index =
        folder.resolve(
            "savant/native/" + com.sun.jna.Platform.RESOURCE_PREFIX + "/bundle.properties");
    Files.createDirectories(index.getParent());
    Files.writeString(index, "version=9\nsha256.libgstsavant.so=00\n");
    ChildJvm child =
        ChildJvm.run(
            thisJava(),
            Map.of(),
            List.of(
                "-cp", classPath() + File.pathSeparator + folder, Child.class.getName(), "load"));
    assertTrue(child.out().contains("two different bundles on the class path"), child.out());
  }

  /** The module itself, with the tests as one more on the class path. */
  @Test
  public void asNamedModule() throws Exception {
    List<Path> homes = new ArrayList<>(ChildJvm.newerJdks());
    homes.add(thisJava());
    List<String> modules = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (String entry : classPath().split(File.pathSeparator)) {
      boolean isModule =
          entry.contains("gst1-java-core")
              || entry.contains("/jna-")
              || entry.equals(System.getProperty("savant.test.jar"));
      (isModule ? modules : others).add(entry);
    }
    for (Path home : homes) {
      List<String> arguments = new ArrayList<>();
      if (!home.equals(thisJava())) {
        arguments.add("--enable-native-access=com.sun.jna");
      }
      arguments.add("-Dsavant.native.workdir=" + temporary("module"));
      arguments.addAll(
          List.of(
              "-p",
              String.join(File.pathSeparator, modules),
              "--add-modules",
              "org.savantgst",
              "--patch-module",
              "org.savantgst=" + testClasses(others),
              "-cp",
              String.join(File.pathSeparator, others),
              "--add-reads",
              "org.savantgst=java.management,jdk.management",
              "-m",
              "org.savantgst/" + Child.class.getName(),
              "run"));
      ChildJvm child = ChildJvm.run(home, Map.of(), arguments);
      ran(child);
      assertFalse(child.err().contains("WARNING"), home + ": " + child.err());
    }
  }

  private static String testClasses(List<String> entries) {
    return entries.stream().filter(e -> e.endsWith("test-classes")).findFirst().orElseThrow();
  }
}
