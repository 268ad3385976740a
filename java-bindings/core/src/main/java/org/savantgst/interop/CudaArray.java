/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.interop;

import java.util.OptionalLong;
import org.savantgst.surface.MemType;

/**
 * An array of pixels that somebody else owns, described as by version 3 of the protocol {@code
 * __cuda_array_interface__}, and by where it is. What it describes must not change, and its memory
 * must stay, for as long as the object is reachable.
 *
 * <p>{@link org.savantgst.surface.SurfaceView} is one, and takes others by {@link
 * org.savantgst.surface.SurfaceView#of(CudaArray, int, long)}.
 */
public interface CudaArray {
  /**
   * Returns the address of the first element.
   *
   * @return an address of the GPU, or of the host where {@link #memType()} is SYSTEM or CUDA_PINNED
   */
  long dataPtr();

  /**
   * Returns the extents.
   *
   * @return height, width and channels, or height and width
   */
  long[] shape();

  /**
   * Returns the distances between neighbours along each extent.
   *
   * @return bytes, as many numbers as there are extents; null where there are no gaps
   */
  long[] strides();

  /**
   * Returns the type of the elements.
   *
   * @return {@code |u1}, the protocol's word for unsigned bytes
   */
  String typestr();

  /**
   * Returns the version of the protocol.
   *
   * @return 3
   */
  int version();

  /**
   * Returns the stream that the contents are ready on.
   *
   * @return 1 for the legacy default stream, 2 for that of each thread, else the address of a
   *     stream, never 0; empty where there is nothing to wait for
   */
  OptionalLong stream();

  /**
   * Returns where the elements are.
   *
   * @return the kind of memory
   */
  MemType memType();

  /**
   * Tells whether the elements must not be written.
   *
   * @return true if they must not
   */
  boolean readOnly();
}
