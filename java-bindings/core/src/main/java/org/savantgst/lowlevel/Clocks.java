/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.lowlevel;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import java.util.Map;
import org.freedesktop.gstreamer.Clock;
import org.freedesktop.gstreamer.Element;
import org.freedesktop.gstreamer.glib.Natives;
import org.freedesktop.gstreamer.lowlevel.GNative;

/** The clock of any element, which gst1-java-core sets for pipelines only. */
public final class Clocks {
  private Clocks() {}

  interface ElementAPI extends Library {
    ElementAPI INSTANCE = GNative.loadLibrary("gstreamer-1.0", ElementAPI.class, Map.of());

    int gst_element_set_clock(Pointer element, Pointer clock);
  }

  /**
   * Gives an element a clock, as the bin does that it is in.
   *
   * @param element any
   * @param clock its clock from now on
   */
  public static void set(Element element, Clock clock) {
    ElementAPI.INSTANCE.gst_element_set_clock(
        Natives.getRawPointer(element), Natives.getRawPointer(clock));
  }
}
