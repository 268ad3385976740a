/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

/**
 * What the descriptor of a surface says about one of its slots.
 *
 * @param dataPtr address of the slot's first pixel: of the host where {@code memType} is readable
 *     there, else of the GPU
 * @param pitch bytes from one row of the first plane to the next
 * @param width pixels
 * @param height rows
 * @param colorFormat NvBufSurface's code of the format, which also tells the matrix and range of
 *     YUV
 * @param memType where the pixels are
 * @param gpuId CUDA ordinal of the GPU, without meaning for system memory
 * @param batchSize number of slots that there are
 * @param numFilled number of slots that hold a picture
 */
public record SurfaceInfo(
    long dataPtr,
    int pitch,
    int width,
    int height,
    int colorFormat,
    MemType memType,
    int gpuId,
    int batchSize,
    int numFilled) {
  /**
   * Creates a description.
   *
   * @param dataPtr address of the slot's first pixel: of the host where {@code memType} is readable
   *     there, else of the GPU
   * @param pitch bytes from one row of the first plane to the next
   * @param width pixels
   * @param height rows
   * @param colorFormat NvBufSurface's code of the format, which also tells the matrix and range of
   *     YUV
   * @param memType where the pixels are
   * @param gpuId CUDA ordinal of the GPU, without meaning for system memory
   * @param batchSize number of slots that there are
   * @param numFilled number of slots that hold a picture
   * @throws IllegalArgumentException if the memory type is null
   */
  public SurfaceInfo {
    if (memType == null) {
      throw new IllegalArgumentException("memType is null");
    }
  }
}
