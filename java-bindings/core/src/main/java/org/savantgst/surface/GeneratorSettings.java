/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.surface;

/** What both kinds of generators are built from. Checked as it is set. */
final class GeneratorSettings {
  static final int MAX_SIDE = 32767;

  final VideoFormat format;
  final int width;
  final int height;
  int fpsNum = 30;
  int fpsDen = 1;
  int gpuId;
  MemType memType = MemType.DEFAULT;
  int poolSize;

  GeneratorSettings(VideoFormat format, int width, int height, int poolSize) {
    if (format == null) {
      throw new IllegalArgumentException("format is null");
    }
    if (width < 1 || width > MAX_SIDE || height < 1 || height > MAX_SIDE) {
      throw new IllegalArgumentException(
          "size " + width + "x" + height + ": width and height are 1 to " + MAX_SIDE);
    }
    this.format = format;
    this.width = width;
    this.height = height;
    this.poolSize = poolSize;
  }

  private GeneratorSettings(GeneratorSettings other) {
    this(other.format, other.width, other.height, other.poolSize);
    fpsNum = other.fpsNum;
    fpsDen = other.fpsDen;
    gpuId = other.gpuId;
    memType = other.memType;
  }

  /** What a generator keeps while its builder goes on. */
  GeneratorSettings copy() {
    return new GeneratorSettings(this);
  }

  void setFps(int num, int den) {
    if (num < 0 || den < 1) {
      throw new IllegalArgumentException(
          "fps " + num + "/" + den + ": the first must be 0 or more, the second 1 or more");
    }
    fpsNum = num;
    fpsDen = den;
  }

  void setGpuId(int id) {
    if (id < 0) {
      throw new IllegalArgumentException("gpuId " + id + ": it must be 0 or more");
    }
    gpuId = id;
  }

  void setMemType(MemType type) {
    if (type == null) {
      throw new IllegalArgumentException("memType is null");
    }
    memType = type;
  }

  void setPoolSize(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("poolSize " + size + ": it must be 1 or more");
    }
    poolSize = size;
  }

  /** Caps with a feature, or none where that is empty, as GStreamer writes them. */
  String caps(String feature, String more) {
    return "video/x-raw"
        + feature
        + ", format=(string)"
        + format.canonicalName()
        + ", width=(int)"
        + width
        + ", height=(int)"
        + height
        + ", framerate=(fraction)"
        + fpsNum
        + "/"
        + fpsDen
        + more;
  }

  @Override
  public String toString() {
    return format + " " + width + "x" + height + ", poolSize=" + poolSize;
  }
}
