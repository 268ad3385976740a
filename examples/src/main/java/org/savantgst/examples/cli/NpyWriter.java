/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes pictures as one array N x H x W x C of unsigned bytes in NumPy's format 1.0. N becomes
 * known when the file is closed; its header has room for it.
 */
final class NpyWriter implements Closeable {
  private static final int HEADER_BYTES = 128;
  private static final int PREAMBLE_BYTES = 10;

  private final FileChannel channel;
  private final int height;
  private final int width;
  private final int channels;
  private long pictures;

  /**
   * Creates the file, or empties it.
   *
   * @throws IOException if it cannot be written
   */
  NpyWriter(Path file, int height, int width, int channels) throws IOException {
    this.height = height;
    this.width = width;
    this.channels = channels;
    channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    try {
      writeHeader();
      channel.position(HEADER_BYTES);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  int pictureBytes() {
    return height * width * channels;
  }

  /**
   * Appends one picture, rows without padding.
   *
   * @throws IllegalArgumentException if the array has another length than a picture
   */
  void write(byte[] picture) throws IOException {
    if (picture.length != pictureBytes()) {
      throw new IllegalArgumentException(
          picture.length + " bytes instead of the " + pictureBytes() + " of a picture");
    }
    ByteBuffer bytes = ByteBuffer.wrap(picture);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    pictures++;
  }

  @Override
  public void close() throws IOException {
    if (!channel.isOpen()) {
      return;
    }
    try (channel) {
      writeHeader();
    }
  }

  private void writeHeader() throws IOException {
    String shape = "(" + pictures + ", " + height + ", " + width + ", " + channels + ")";
    String text = "{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }";
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    int textBytes = HEADER_BYTES - PREAMBLE_BYTES;
    header.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    header.put((byte) 1).put((byte) 0).put((byte) textBytes).put((byte) 0);
    header.put(text.getBytes(StandardCharsets.US_ASCII));
    while (header.remaining() > 1) {
      header.put((byte) ' ');
    }
    header.put((byte) '\n').flip();
    long position = 0;
    while (header.hasRemaining()) {
      position += channel.write(header, position);
    }
  }
}
