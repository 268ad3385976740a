/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.lowlevel;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertFalse;
import static org.testng.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.freedesktop.gstreamer.Gst;
import org.savantgst.ChildJvm;
import org.savantgst.Savant;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.Test;

/** Where natives are looked for, and what is said where they cannot be used. */
public class LoaderTest {
  private Path natives;
  private Path work;

  /** Makes a place for broken installations. */
  @BeforeClass
  public void setUp() throws IOException {
    natives = Savant.nativeDirectory();
    work = Files.createTempDirectory("loader");
  }

  /** GStreamer's would end the JVM at signals that the JVM raises itself. */
  @Test
  public void noFaultHandlerComesBetweenTheJvmAndItsSignals() {
    assertFalse(Gst.isSegTrapEnabled());
  }

  /** Removes it. */
  @AfterClass
  public void tearDown() throws IOException {
    try (var files = Files.walk(work)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static ChildJvm load(Map<String, String> environment, String... options)
      throws Exception {
    ChildJvm child = ChildJvm.run(environment, "load", options);
    assertEquals(child.exit(), 0, child.err());
    return child;
  }

  private static void says(ChildJvm child, String... parts) {
    for (String part : parts) {
      assertTrue(child.out().contains(part), part + " is not in: " + child.out() + child.err());
    }
  }

  private Path folder(String name, String... files) throws IOException {
    Path folder = Files.createDirectory(work.resolve(name));
    for (String file : files) {
      Files.copy(natives.resolve(file), folder.resolve(file));
    }
    return folder;
  }

  private static String dir(Path path) {
    return "-Dsavant.native.dir=" + path;
  }

  @Test
  public void explicitDirectory() throws Exception {
    says(
        load(Map.of(), dir(natives)),
        "available true",
        "origin system property savant.native.dir",
        "directory " + natives);
  }

  @Test
  public void registeredPlugin() throws Exception {
    says(
        load(Map.of("GST_PLUGIN_PATH", natives.toString())),
        "available true",
        "origin registered plugin",
        "directory " + natives);
  }

  @Test
  public void nothingAnywhereListsEveryAttempt() throws Exception {
    says(
        load(Map.of()),
        "available false",
        "suppressed system property savant.native.dir: not set",
        "suppressed GStreamer's registry: no plugin named savant",
        "suppressed bundled jar: no savant/native/");
  }

  @Test
  public void wrongDirectory() throws Exception {
    says(load(Map.of(), dir(work.resolve("none"))), "available false", "there is no directory");
  }

  @Test
  public void missingLibrary() throws Exception {
    says(
        load(Map.of(), dir(folder("nolibrary", NativeBundle.PLUGIN))),
        "there is no file libgstsavant-1.0.so.0 in");
  }

  @Test
  public void missingPlugin() throws Exception {
    says(
        load(Map.of(), dir(folder("noplugin", NativeBundle.LIBRARY))),
        "there is no file libgstsavant.so in");
  }

  @Test
  public void otherAbiVersion() throws Exception {
    Path folder = folder("abi", NativeBundle.PLUGIN);
    compile(folder, "int savant_abi_version (void) { return 77; }");
    says(load(Map.of(), dir(folder)), "has ABI version 77, these Java classes need 1");
  }

  @Test
  public void otherLibrary() throws Exception {
    Path folder = folder("other", NativeBundle.PLUGIN);
    compile(folder, "int something_else (void) { return 1; }");
    says(load(Map.of(), dir(folder)), "has no savant_abi_version: it is another library");
  }

  @Test
  public void missingFunction() throws Exception {
    Path folder = folder("older", NativeBundle.PLUGIN);
    compile(folder, "int savant_abi_version (void) { return 1; }");
    says(load(Map.of(), dir(folder)), "is older than these Java classes");
  }

  @Test
  public void noLibraryAtAll() throws Exception {
    Path folder = folder("text", NativeBundle.PLUGIN);
    Files.writeString(folder.resolve(NativeBundle.LIBRARY), "no library");
    says(load(Map.of(), dir(folder)), "available false", folder.resolve("libgst").toString());
  }

  @Test
  public void twoCopiesOfThePlugin() throws Exception {
    Path copy = folder("copy", NativeBundle.PLUGIN, NativeBundle.LIBRARY);
    says(
        load(Map.of("GST_PLUGIN_PATH", natives.toString()), dir(copy)),
        "two copies of the plugin: " + copy.resolve(NativeBundle.PLUGIN),
        natives.resolve(NativeBundle.PLUGIN).toString());
  }

  @Test
  public void twoCopiesOfTheLibrary() throws Exception {
    Path copy = folder("second", NativeBundle.LIBRARY);
    says(
        load(Map.of(), dir(natives), "-Dchild.preload=" + copy.resolve(NativeBundle.LIBRARY)),
        "two copies of the library: " + natives.resolve(NativeBundle.LIBRARY),
        copy.resolve(NativeBundle.LIBRARY).toString());
  }

  @Test
  public void twoGstreamers() throws Exception {
    String installed = MappedLibraries.startingWith("libgstreamer-1.0.so").iterator().next();
    Path copy = work.resolve("libgstreamer-1.0.so.0");
    Files.copy(Path.of(installed), copy);
    says(
        load(Map.of(), dir(natives), "-Dchild.preload=" + copy),
        "two GStreamers in one process",
        copy.toString(),
        installed);
  }

  private static void compile(Path folder, String code) throws Exception {
    Path source = folder.resolve("fake.c");
    Files.writeString(source, code);
    Process compiler =
        new ProcessBuilder(
                "cc",
                "-shared",
                "-fPIC",
                "-o",
                folder.resolve(NativeBundle.LIBRARY).toString(),
                source.toString())
            .inheritIO()
            .start();
    assertEquals(compiler.waitFor(), 0);
  }
}
