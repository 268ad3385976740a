/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.gpu;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import org.savantgst.SavantException;

/**
 * Whether a GPU encodes, by opening a session of NVENC. Layouts and numbers are those of the Video
 * Codec SDK's manual, which have stayed the same since its release 5.
 */
final class Nvenc {
  static final String SONAME = "libnvidia-encode.so.1";

  /** The newest interface that is asked for, as major << 4 | minor; drivers keep older ones. */
  private static final int NEWEST = 12 << 4;

  /** NV_ENCODE_API_FUNCTION_LIST: version u32 at 0, pointers from 8 on; 2 552 bytes. */
  private static final int LIST_BYTES = 2552;

  private static final int DESTROY_ENCODER = 8 + 27 * 8;
  private static final int OPEN_SESSION_EX = 8 + 29 * 8;

  /** NV_ENC_OPEN_ENCODE_SESSION_EX_PARAMS: version, device type, device at 8, api version at 24. */
  private static final int PARAMS_BYTES = 1552;

  private static final int PARAMS_DEVICE_TYPE = 4;
  private static final int PARAMS_DEVICE = 8;
  private static final int PARAMS_API_VERSION = 24;
  private static final int DEVICE_TYPE_CUDA = 1;

  /** NVENCSTATUS. */
  private static final int SUCCESS = 0;

  private static final int NO_ENCODE_DEVICE = 1;
  private static final int UNSUPPORTED_DEVICE = 2;
  private static final int OUT_OF_MEMORY = 10;
  private static final int INCOMPATIBLE_CLIENT_KEY = 21;

  private final DriverLibrary library;

  /**
   * Loads the library.
   *
   * @throws DriverLibrary.Missing if it cannot be loaded
   */
  Nvenc(DriverLibrary.Opener opener) {
    library = opener.open(SONAME);
  }

  /** Tries a session on a context. */
  boolean isThere(Pointer context) {
    int apiVersion = apiVersion();
    try (Memory list = new Memory(LIST_BYTES);
        Memory params = new Memory(PARAMS_BYTES)) {
      list.clear();
      list.setInt(0, structVersion(apiVersion, 2));
      int result = library.call("NvEncodeAPICreateInstance", list);
      if (result != SUCCESS) {
        return verdict("NvEncodeAPICreateInstance", result);
      }
      params.clear();
      params.setInt(0, structVersion(apiVersion, 1));
      params.setInt(PARAMS_DEVICE_TYPE, DEVICE_TYPE_CUDA);
      params.setPointer(PARAMS_DEVICE, context);
      params.setInt(PARAMS_API_VERSION, apiVersion);
      PointerByReference session = new PointerByReference();
      result =
          Function.getFunction(list.getPointer(OPEN_SESSION_EX))
              .invokeInt(new Object[] {params, session});
      // A session that could not be opened may still have to be destroyed.
      if (session.getValue() != null) {
        Function.getFunction(list.getPointer(DESTROY_ENCODER))
            .invokeInt(new Object[] {session.getValue()});
      }
      return verdict("nvEncOpenEncodeSessionEx", result);
    }
  }

  /** The interface to ask for, as major | minor << 24. */
  private int apiVersion() {
    IntByReference newest = new IntByReference();
    int result = library.call("NvEncodeAPIGetMaxSupportedVersion", newest);
    if (result != SUCCESS) {
      throw failure("NvEncodeAPIGetMaxSupportedVersion", result);
    }
    int version = Math.min(newest.getValue(), NEWEST);
    return version >> 4 | (version & 15) << 24;
  }

  private static int structVersion(int apiVersion, int version) {
    return apiVersion | version << 16 | 7 << 28;
  }

  private static boolean verdict(String function, int result) {
    return switch (result) {
      // The last two are how drivers say that no more sessions are allowed.
      case SUCCESS, OUT_OF_MEMORY, INCOMPATIBLE_CLIENT_KEY -> true;
      case NO_ENCODE_DEVICE, UNSUPPORTED_DEVICE -> false;
      default -> throw failure(function, result);
    };
  }

  private static SavantException failure(String function, int result) {
    return new SavantException(
        Status.EXECUTION, SONAME + ": " + function + " gives NVENCSTATUS " + result);
  }
}
