/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import org.savantgst.surface.VideoFormat;

/**
 * A picture of any output format as 0xRRGGBB, for contact sheets. YUV is taken as BT.601, or BT.709
 * where the surface says so, chroma of the nearest sample.
 *
 * @param bytes all planes one after the other, rows without padding
 * @param format of the bytes
 * @param colorFormat NvBufSurface's code, which knows matrix and range
 * @param width pixels
 * @param height pixels
 */
record Picture(byte[] bytes, VideoFormat format, int colorFormat, int width, int height) {

  /** The pixel at a column and row. */
  int rgb(int x, int y) {
    return switch (format) {
      case RGBA, RGBx -> packed(x, y, 4, 0, 1, 2);
      case BGRA, BGRx -> packed(x, y, 4, 2, 1, 0);
      case RGB -> packed(x, y, 3, 0, 1, 2);
      case BGR -> packed(x, y, 3, 2, 1, 0);
      case GRAY8 -> packed(x, y, 1, 0, 0, 0);
      case NV12 -> semiPlanar(x, y, 0, 1);
      case NV21 -> semiPlanar(x, y, 1, 0);
      case I420 -> planar(x, y);
      case UYVY -> uyvy(x, y);
    };
  }

  private int at(int index) {
    return bytes[index] & 0xFF;
  }

  private int packed(int x, int y, int pixelBytes, int r, int g, int b) {
    int at = (y * width + x) * pixelBytes;
    return at(at + r) << 16 | at(at + g) << 8 | at(at + b);
  }

  private int semiPlanar(int x, int y, int u, int v) {
    int chroma = width * height + (y / 2) * 2 * ((width + 1) / 2) + x / 2 * 2;
    return yuv(at(y * width + x), at(chroma + u), at(chroma + v));
  }

  private int planar(int x, int y) {
    int chromaWidth = (width + 1) / 2;
    int u = width * height + y / 2 * chromaWidth + x / 2;
    int v = u + chromaWidth * ((height + 1) / 2);
    return yuv(at(y * width + x), at(u), at(v));
  }

  private int uyvy(int x, int y) {
    int pair = y * 4 * ((width + 1) / 2) + x / 2 * 4;
    return yuv(at(pair + 1 + x % 2 * 2), at(pair), at(pair + 2));
  }

  private int yuv(int luma, int u, int v) {
    boolean full = YuvCodes.isFullRange(colorFormat);
    boolean is709 = YuvCodes.is709(colorFormat);
    double y = full ? luma : (luma - 16) * 255.0 / 219;
    double scale = full ? 1 : 255.0 / 224;
    double cb = (u - 128) * scale;
    double cr = (v - 128) * scale;
    double kr = is709 ? 0.2126 : 0.299;
    double kb = is709 ? 0.0722 : 0.114;
    double kg = 1 - kr - kb;
    double r = y + 2 * (1 - kr) * cr;
    double b = y + 2 * (1 - kb) * cb;
    double g = (y - kr * r - kb * b) / kg;
    return level(r) << 16 | level(g) << 8 | level(b);
  }

  private static int level(double value) {
    return (int) Math.max(0, Math.min(255, Math.round(value)));
  }
}
