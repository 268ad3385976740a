/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import static org.savantgst.examples.cli.Program.CLIP_FRAMES;
import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.freedesktop.gstreamer.Registry;
import org.savantgst.Savant;
import org.savantgst.examples.cli.Program.Result;
import org.testng.SkipException;
import org.testng.annotations.AfterClass;
import org.testng.annotations.AfterMethod;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.BeforeMethod;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Test;

/** The packed program where something is wrong: what it says, and that it ends. */
public class BadInputIT {
  private static final long TIMEOUT = 2 * Program.LIMIT_MS;
  private static final String FRAMES =
      "pattern:counter num-buffers=60!video/x-raw,width=320,height=180,framerate=30/1";
  private static final String LIBRARY = "libgstsavant-1.0.so.0";
  private static final String PLUGIN = "libgstsavant.so";

  private Path inputs;
  private Path folder;

  @BeforeClass
  public void makeInputs() throws IOException {
    inputs = TestFiles.folder();
  }

  @AfterClass(alwaysRun = true)
  public void removeInputs() throws IOException {
    TestFiles.delete(inputs);
  }

  @BeforeMethod
  public void makeFolder() throws IOException {
    folder = TestFiles.folder();
  }

  @AfterMethod(alwaysRun = true)
  public void removeFolder() throws IOException {
    TestFiles.delete(folder);
  }

  private static void says(Result result, int exit, String... parts) {
    assertEquals(result.exit(), exit, result.err());
    for (String part : parts) {
      assertTrue(result.err().contains(part), part + " is not in: " + result.err());
    }
    assertTrue(!result.err().contains("\tat "), result.err());
  }

  @DataProvider
  public Object[][] badFiles() throws IOException {
    byte[] noise = new byte[100_000];
    new Random(3).nextBytes(noise);
    Path missing = inputs.resolve("missing.mp4");
    return new Object[][] {
      {missing.toString(), 2, "there is no file '" + missing + "'"},
      {missing.toUri().toString(), 1, "there is no such file"},
      {inputs.toString(), 1, "that is a folder, not a file"},
      {Files.write(inputs.resolve("empty.mp4"), new byte[0]).toString(), 1, "the file is empty"},
      {Files.write(inputs.resolve("noise.mp4"), noise).toString(), 1, "type of stream"},
      {Files.writeString(inputs.resolve("text.mp4"), "text\n").toString(), 1, "type of stream"},
      {TestFiles.sound(inputs).toString(), 1, "there is no video in it"},
    };
  }

  @Test(dataProvider = "badFiles", timeOut = TIMEOUT)
  public void aBadFileIsToldInOneLine(String file, int exit, String message) throws Exception {
    Result result = new Program().run("run", file, "--out=" + folder);
    says(result, exit, "savant: ", file.replaceFirst("^file:/*", ""), message);
    assertEquals(result.complaints().size(), exit == 2 ? 2 : 1, result.err());
    assertTrue(exit == 2 || result.out().contains("0 frames in 0 batches"), result.out());
  }

  @Test(timeOut = TIMEOUT)
  public void theOtherInputsGoOn() throws Exception {
    Path bad = Files.writeString(inputs.resolve("bad.mp4"), "not a video");
    Result result = new Program().run("run", FRAMES, bad.toString(), "--out=" + folder);
    says(result, 1, "savant: " + bad);
    assertEquals(TestFiles.lines(folder).size(), 60);
  }

  @Test(timeOut = TIMEOUT)
  public void framesBeforeTheDamageComeOut() throws Exception {
    Path file = TestFiles.truncatedClip(inputs, 600_000);
    Result result = new Program().run("run", file.toString(), "--out=" + folder, "--size=64x64");
    says(result, 0, "savant: warning: " + file, "the file is truncated");
    int frames = TestFiles.lines(folder).size();
    assertTrue(frames > 50 && frames < CLIP_FRAMES, frames + " frames");
  }

  @Test(timeOut = TIMEOUT)
  public void anUnwritableFolderIsTold() throws Exception {
    Path out = Path.of("/proc/savant");
    says(new Program().run("run", FRAMES, "--out=" + out), 4, "savant: cannot write " + out);
    Path file = Files.writeString(folder.resolve("file"), "");
    says(
        new Program().run("run", FRAMES, "--out=" + file),
        4,
        "savant: cannot write " + file,
        "something else of that name");
  }

  /** A disk of our own, which goes with its process. */
  private Program onDisk(String options) throws Exception {
    return inNamespace("mount -t tmpfs -o " + options + " tmpfs " + folder);
  }

  private static Program inNamespace(String mount) throws Exception {
    if (new ProcessBuilder("unshare", "-rm", "sh", "-c", mount).start().waitFor() != 0) {
      throw new SkipException("no mount namespace can be made here");
    }
    return new Program().through("unshare", "-rm", "sh", "-c", mount + " && exec \"$@\"", "sh");
  }

  @Test(timeOut = TIMEOUT)
  public void aFullDiskIsTold() throws Exception {
    Result result =
        onDisk("size=1m").run("run", FRAMES, "--out=" + folder, "--tensors", "--sheet-every=0");
    says(result, 4, "savant: cannot write " + folder.resolve("tensors.npy"), "No space left");
    assertTrue(result.out().contains("frames/s"), result.out());
  }

  @Test(timeOut = TIMEOUT)
  public void aReadOnlyDiskIsTold() throws Exception {
    Result result = onDisk("ro").run("run", FRAMES, "--out=" + folder);
    says(result, 4, "savant: cannot write " + folder, "Read-only file system");
  }

  @Test(timeOut = TIMEOUT)
  public void anEncoderThatIsMissingIsTold() throws Exception {
    Savant.init();
    Path plugins = Files.createDirectory(folder.resolve("plugins"));
    for (String name : List.of("coreelements", "app")) {
      Path file = Path.of(Registry.get().findPlugin(name).getFilename());
      Files.createSymbolicLink(plugins.resolve(file.getFileName()), file);
    }
    Program program =
        new Program()
            .environment("GST_PLUGIN_SYSTEM_PATH_1_0", plugins)
            .environment("GST_REGISTRY", folder.resolve("registry.bin"));
    says(
        program.run("run", FRAMES, "--out=" + folder, "--mp4"),
        3,
        "savant: --mp4: none of videoconvert is there; install gstreamer1.0-plugins-base");
    says(program.run("run", FRAMES, "--out=" + folder), 0);
    Result doctor = program.run("doctor");
    assertEquals(doctor.exit(), 1, doctor.out());
    assertTrue(
        doctor.out().contains("none of x264enc, openh264enc is there; install"), doctor.out());
  }

  @Test(timeOut = TIMEOUT)
  public void noGstreamerIsTold() throws Exception {
    Savant.init();
    Path library;
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      library =
          maps.filter(line -> line.contains("/libgstreamer-1.0.so"))
              .map(line -> Path.of(line.substring(line.indexOf('/'))))
              .findFirst()
              .orElseThrow();
    }
    Program program = inNamespace("mount --bind /dev/null " + library);
    says(
        program.run("run", FRAMES, "--out=" + folder), 3, "GStreamer 1.20 or newer cannot be used");
    Result doctor = program.run("doctor");
    assertEquals(doctor.exit(), 3, doctor.err());
    assertTrue(doctor.out().contains("GStreamer 1.20 or newer cannot be used"), doctor.out());
  }

  private Path natives(String name, String... files) throws IOException {
    Path copy = Files.createDirectory(folder.resolve(name));
    for (String file : files) {
      Files.copy(Savant.nativeDirectory().resolve(file), copy.resolve(file));
    }
    return copy;
  }

  @Test(timeOut = TIMEOUT)
  public void anotherVersionOfTheLibraryIsRefused() throws Exception {
    Path other = natives("other", PLUGIN);
    Path source =
        Files.writeString(folder.resolve("o.c"), "int savant_abi_version (void) { return 77; }");
    String library = other.resolve(LIBRARY).toString();
    Process compiler =
        new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library, source.toString()).start();
    assertEquals(compiler.waitFor(), 0);
    Program program = new Program().option("-Dsavant.native.dir=" + other);
    String[] parts = {
      "savant: library and plugin of Savant cannot be loaded", "has ABI version 77"
    };
    says(program.run("run", FRAMES, "--out=" + folder), 3, parts);
    says(program.run("elements"), 3, parts);
    Result doctor = program.run("doctor");
    assertEquals(doctor.exit(), 3, doctor.err());
    assertTrue(doctor.out().contains("has ABI version 77, these Java classes need"), doctor.out());
  }

  @Test(timeOut = TIMEOUT)
  public void noPluginAnywhereIsTold() throws Exception {
    Path lib = Files.createDirectories(folder.resolve("program/lib"));
    Files.copy(Program.JAR, folder.resolve("program/savant.jar"));
    try (var jars = Files.list(Program.JAR.resolveSibling("lib"))) {
      for (Path jar : jars.toList()) {
        if (!jar.getFileName().toString().startsWith("savant-gst-plugin")) {
          Files.createSymbolicLink(lib.resolve(jar.getFileName()), jar);
        }
      }
    }
    says(
        new Program()
            .jar(folder.resolve("program/savant.jar"))
            .run("run", FRAMES, "--out=" + folder),
        3,
        "GStreamer's registry: no plugin named savant",
        "add the jar savant-gst-plugin");
    says(
        new Program()
            .option("-Dsavant.native.dir=" + natives("half", LIBRARY))
            .run("run", FRAMES, "--out=" + folder),
        3,
        "there is no file libgstsavant.so in");
  }

  @Test(timeOut = TIMEOUT)
  public void twoCopiesOfThePluginAreRefused() throws Exception {
    Path one = natives("one", LIBRARY, PLUGIN);
    Path two = natives("two", LIBRARY, PLUGIN);
    says(
        new Program()
            .option("-Dsavant.native.dir=" + one)
            .environment("GST_PLUGIN_PATH", two)
            .environment("GST_REGISTRY", folder.resolve("registry.bin"))
            .run("run", FRAMES, "--out=" + folder),
        3,
        "two copies of the plugin: " + one.resolve(PLUGIN),
        two.resolve(PLUGIN).toString());
  }
}
