/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertFalse;
import static org.testng.Assert.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.savantgst.ChildJvm;
import org.savantgst.Savant;
import org.testng.annotations.Test;

/** Lifetime and cost, each in a JVM of its own. */
public class LifetimeTest {
  private static ChildJvm child(String[] mode, String... options) throws Exception {
    List<String> all = new ArrayList<>(List.of(options));
    all.add("-Dsavant.native.dir=" + Savant.nativeDirectory());
    return ChildJvm.runMode(Map.of(), mode, all.toArray(new String[0]));
  }

  private static ChildJvm child(String mode, String... options) throws Exception {
    return child(new String[] {mode}, options);
  }

  /** The soak makes it longer. */
  private static String milliseconds() {
    return Integer.getInteger("savant.test.soakSeconds", 2) + "000";
  }

  @Test
  public void eightThreadsUnderCheckedJniAndGarbageCollection() throws Exception {
    ChildJvm child =
        child(
            new String[] {"stress", milliseconds()}, "-Xcheck:jni", "-Xmx32m", "-XX:+UseSerialGC");
    assertEquals(child.exit(), 0, child.out() + child.err());
    assertTrue(child.out().contains("rounds "), child.out());
    assertFalse(child.out().contains("FATAL ERROR in native method"), child.out());
    assertFalse(child.err().contains("CRITICAL"), child.err());
  }

  @Test
  public void leaksAreReportedWhereAsked() throws Exception {
    ChildJvm child = child("leak", "-Dsavant.leakDetection=paranoid");
    assertEquals(child.exit(), 0, child.err());
    String[][] leaks = {
      {"SharedBuffer", "forgetBuffer"},
      {"SurfaceView", "forgetView"},
      {"DlpackTensor", "forgetTensor"},
      {"SurfaceBatch", "forgetBatch"},
      {"NonUniformBatch", "forgetNonUniform"},
    };
    for (String[] leak : leaks) {
      assertTrue(
          child.err().contains("leak: " + leak[0] + " was acquired here and never closed"),
          child.err());
      assertTrue(child.err().contains("Leaky." + leak[1]), child.err());
    }
    assertEquals(child.err().split("leak: ", -1).length - 1, leaks.length, child.err());
    ChildJvm quiet = child("leak");
    assertEquals(quiet.exit(), 0, quiet.err());
    assertFalse(quiet.err().contains("leak: "), quiet.err());
    ChildJvm wrong = child("leak", "-Dsavant.leakDetection=some");
    assertTrue(wrong.err().contains("\"off\" or \"paranoid\""), wrong.err());
  }

  /** At most 128 bytes for each object handed out, less than 1 for every other call. */
  @Test
  public void cost() throws Exception {
    ChildJvm child = child("cost", "-Xmx64m");
    assertEquals(child.exit(), 0, child.err());
    assertTrue(bytes(child, "SharedBuffer") <= 128, child.out());
    assertTrue(bytes(child, "SurfaceView") <= 128, child.out());
    assertTrue(bytes(child, "SurfaceBatch") <= 128, child.out());
    assertTrue(bytes(child, "other calls") < 1, child.out());
  }

  private static double bytes(ChildJvm child, String what) {
    Matcher matcher = Pattern.compile("bytes for " + what + " ([0-9.E-]+)").matcher(child.out());
    assertTrue(matcher.find(), child.out() + child.err());
    return Double.parseDouble(matcher.group(1));
  }
}
