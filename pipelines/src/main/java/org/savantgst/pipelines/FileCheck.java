/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** What can be said of a file without decoding it. */
final class FileCheck {
  private static final int EBML = 0x1A45DFA3;
  private static final int RIFF = 0x52494646;
  private static final int FTYP = 0x66747970;
  private static final int MOOV = 0x6D6F6F76;
  private static final int MOOF = 0x6D6F6F66;
  private static final int BOX_HEADER = 8;

  private FileCheck() {}

  /** Why it cannot be a video, null if it may be one. */
  static String problem(Path file) {
    if (!Files.exists(file)) {
      return "there is no such file";
    }
    if (Files.isDirectory(file)) {
      return "that is a folder, not a file";
    }
    if (!Files.isReadable(file)) {
      return "the file may not be read";
    }
    try {
      if (!Files.isRegularFile(file)) {
        return null;
      }
      return Files.size(file) == 0 ? "the file is empty" : indexProblem(file);
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  /** Of an MP4 or QuickTime file that ends before its index. */
  private static String indexProblem(Path file) {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      Boxes boxes = readBoxes(in);
      return boxes != null && boxes.end > in.length() && !boxes.hasIndex
          ? "the file is truncated, " + missing(boxes.end, in.length()) + ", its index with them"
          : null;
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  /**
   * How many bytes are missing of a file that says how long it is, as MP4, QuickTime, Matroska,
   * WebM and AVI do; null if none are or that is not known. The demultiplexers of GStreamer take
   * the end of such a file for the end of its streams.
   */
  static String truncation(Path file) {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long length = in.length();
      long whole = wholeLength(in, length);
      return whole > length ? "the file is truncated, " + missing(whole, length) : null;
    } catch (IOException e) {
      return null;
    }
  }

  private static String missing(long whole, long length) {
    return (whole - length) + " of its " + whole + " bytes are missing";
  }

  private static long wholeLength(RandomAccessFile in, long length) throws IOException {
    if (length < 2 * BOX_HEADER) {
      return 0;
    }
    int first = in.readInt();
    if (first == EBML) {
      return matroskaLength(in);
    }
    if (first == RIFF) {
      return riffLength(in, length);
    }
    Boxes boxes = readBoxes(in);
    return boxes == null ? 0 : boxes.end;
  }

  /** End: where the last box ends that begins in the file; the index counts if it is whole. */
  private record Boxes(long end, boolean hasIndex) {}

  /** Null if it is not all boxes. */
  private static Boxes readBoxes(RandomAccessFile in) throws IOException {
    long length = in.length();
    long at = 0;
    boolean hasIndex = false;
    while (at <= length - BOX_HEADER) {
      in.seek(at);
      long size = Integer.toUnsignedLong(in.readInt());
      int type = in.readInt();
      if (size == 0) {
        size = length - at;
      } else if (size == 1 && at <= length - 2 * BOX_HEADER) {
        size = in.readLong();
      }
      if (size < BOX_HEADER || (at == 0 && type != FTYP) || !isPrintable(type)) {
        return null;
      }
      at += size;
      hasIndex |= at <= length && (type == MOOV || type == MOOF);
    }
    return new Boxes(at, hasIndex);
  }

  private static boolean isPrintable(int type) {
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      int c = type >> shift & 0xFF;
      if (c < ' ' || c > '~') {
        return false;
      }
    }
    return true;
  }

  /** Large AVI files are several RIFF chunks. */
  private static long riffLength(RandomAccessFile in, long length) throws IOException {
    long at = 0;
    while (at <= length - BOX_HEADER) {
      in.seek(at);
      if (in.readInt() != RIFF) {
        return 0;
      }
      long size = Integer.toUnsignedLong(Integer.reverseBytes(in.readInt()));
      at += BOX_HEADER + size + size % 2;
    }
    return at;
  }

  /** The header and the one segment behind it, whose length may be unknown. */
  private static long matroskaLength(RandomAccessFile in) throws IOException {
    in.seek(4);
    long header = readSize(in);
    if (header < 0) {
      return 0;
    }
    in.seek(in.getFilePointer() + header);
    if (in.readInt() != 0x18538067) {
      return 0;
    }
    long segment = readSize(in);
    return segment < 0 ? 0 : in.getFilePointer() + segment;
  }

  /** A number whose first byte tells its length; all ones, or no such number: -1. */
  private static long readSize(RandomAccessFile in) throws IOException {
    int first = in.readUnsignedByte();
    int bytes = Integer.numberOfLeadingZeros(first) - 23;
    if (bytes > 8) {
      return -1;
    }
    long value = first & ((1 << (8 - bytes)) - 1);
    boolean unknown = value == (1 << (8 - bytes)) - 1;
    for (int i = 1; i < bytes; i++) {
      int next = in.readUnsignedByte();
      unknown = unknown && next == 255;
      value = value << 8 | next;
    }
    return unknown ? -1 : value;
  }
}
