/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst;

import java.nio.file.Path;
import java.util.List;
import org.freedesktop.gstreamer.Gst;
import org.freedesktop.gstreamer.Version;
import org.savantgst.lowlevel.NativeBundle;
import org.savantgst.lowlevel.SavantAPI;

/**
 * The native library and its plugin: whether they can be used here, and what they are.
 *
 * <p>The first call of any method loads them, once and for all. They come from one directory, which
 * is the first of these that applies:
 *
 * <ol>
 *   <li>the directory that the system property {@code savant.native.dir} names, with no other tried
 *       after it;
 *   <li>the directory of the plugin {@code savant} if GStreamer has one registered, for instance by
 *       {@code GST_PLUGIN_PATH} or from a system installation;
 *   <li>the classifier jar {@code savant-gst-plugin} on the class path, extracted to {@code
 *       savant_<user>/<version>-<hash>} in the directory of the system property {@code
 *       savant.native.workdir}, by default {@code java.io.tmpdir}.
 * </ol>
 *
 * <p>GStreamer is initialised if it is not yet; its fault handler, which is not made for a JVM, is
 * switched off. All methods may be called from any thread.
 */
public final class Savant {
  private Savant() {}

  private static final class Holder {
    static final NativeBundle BUNDLE;
    static final Throwable CAUSE;

    static {
      NativeBundle bundle = null;
      Throwable cause = null;
      try {
        // While GStreamer loads a plugin it would end the process at a SIGSEGV, which a JVM raises
        // all the time and handles itself.
        Gst.setSegTrap(false);
        if (!Gst.isInitialized()) {
          Gst.init(Version.of(1, 20), "savant");
        }
        bundle = NativeBundle.load();
      } catch (Exception | LinkageError e) {
        cause = e;
      }
      BUNDLE = bundle;
      CAUSE = cause;
    }
  }

  /**
   * Initialises GStreamer if that was not done, loads the native library and registers its
   * elements. Further calls do nothing.
   *
   * @throws UnsatisfiedLinkError if the library cannot be used, as {@link #ensureAvailability()}
   */
  public static void init() {
    ensureAvailability();
  }

  /**
   * Tells whether native library and plugin are loaded.
   *
   * @return true if they are
   */
  public static boolean isAvailable() {
    return Holder.CAUSE == null;
  }

  /**
   * Does nothing if native library and plugin are loaded.
   *
   * @throws UnsatisfiedLinkError if they are not; the cause is {@link #unavailabilityCause()},
   *     which has every attempt in its suppressed exceptions
   */
  public static void ensureAvailability() {
    if (Holder.CAUSE != null) {
      UnsatisfiedLinkError error = new UnsatisfiedLinkError(Holder.CAUSE.getMessage());
      error.initCause(Holder.CAUSE);
      throw error;
    }
  }

  /**
   * Returns why native library and plugin could not be loaded.
   *
   * @return the reason, null if they are loaded
   */
  public static Throwable unavailabilityCause() {
    return Holder.CAUSE;
  }

  /**
   * Returns the version of the native library.
   *
   * @return for instance {@code 0.1.0}
   * @throws UnsatisfiedLinkError if the library cannot be used
   */
  public static String version() {
    ensureAvailability();
    return SavantAPI.savant_version();
  }

  /**
   * Returns the backends of the native library, with the reason where one does not work here.
   *
   * @return the backends, the host's always among them
   * @throws UnsatisfiedLinkError if the library cannot be used
   */
  public static List<Backend> backends() {
    ensureAvailability();
    return Backend.parse(SavantAPI.savant_backends());
  }

  /**
   * Returns the directory that native library and plugin were loaded from.
   *
   * @return the directory
   * @throws UnsatisfiedLinkError if the library cannot be used
   */
  public static Path nativeDirectory() {
    ensureAvailability();
    return Holder.BUNDLE.directory();
  }

  /**
   * Returns how that directory was found.
   *
   * @return a phrase such as {@code registered plugin}
   * @throws UnsatisfiedLinkError if the library cannot be used
   */
  public static String nativeOrigin() {
    ensureAvailability();
    return Holder.BUNDLE.origin();
  }
}
