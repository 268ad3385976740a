/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines.lowlevel;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import java.util.Map;
import org.freedesktop.gstreamer.lowlevel.GNative;

/** The threads of pads. */
public interface TaskAPI extends Library {
  /** The functions. */
  TaskAPI TASK_API = GNative.loadLibrary("gstreamer-1.0", TaskAPI.class, Map.of());

  /** The thread runs. */
  int STARTED = 0;

  /** The thread waits until it is started again. */
  int PAUSED = 2;

  /**
   * Returns the state of the task of a pad.
   *
   * @return {@link #STARTED}, {@link #PAUSED}, or another number if the pad has no thread
   */
  int gst_pad_get_task_state(Pointer pad);
}
