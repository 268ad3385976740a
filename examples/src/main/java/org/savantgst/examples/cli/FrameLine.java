/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

/**
 * What {@code frames.jsonl} says of one frame.
 *
 * @param source source id
 * @param id the frame's id, or its number within its source where nothing numbered it
 * @param slot place in the batch, from 0
 * @param batch sequence number of the batch
 * @param ptsNs presentation time, negative for none (written as {@code null})
 * @param durationNs duration, negative for none (written as {@code null})
 * @param srcW width of the original picture, pixels
 * @param srcH height of the original picture, pixels
 * @param dstLeft where the picture lies in the slot, pixels from the left
 * @param dstTop the same, from the top
 * @param dstW width of the picture in the slot
 * @param dstH height of the picture in the slot
 * @param dropped frames of this source that were dropped so far
 */
record FrameLine(
    long source,
    long id,
    int slot,
    long batch,
    long ptsNs,
    long durationNs,
    int srcW,
    int srcH,
    int dstLeft,
    int dstTop,
    int dstW,
    int dstH,
    long dropped) {

  /** The line, without its end. */
  String toJson() {
    StringBuilder json = new StringBuilder(200).append('{');
    field(json, "source", source);
    field(json, "id", id);
    field(json, "slot", slot);
    field(json, "batch", batch);
    time(json, "pts_ns", ptsNs);
    time(json, "duration_ns", durationNs);
    field(json, "src_w", srcW);
    field(json, "src_h", srcH);
    field(json, "dst_left", dstLeft);
    field(json, "dst_top", dstTop);
    field(json, "dst_w", dstW);
    field(json, "dst_h", dstH);
    field(json, "dropped", dropped);
    return json.append('}').toString();
  }

  private static void field(StringBuilder json, String name, long value) {
    name(json, name).append(value);
  }

  private static void time(StringBuilder json, String name, long value) {
    if (value < 0) {
      name(json, name).append("null");
    } else {
      name(json, name).append(value);
    }
  }

  private static StringBuilder name(StringBuilder json, String name) {
    if (json.length() > 1) {
      json.append(", ");
    }
    return json.append('"').append(name).append("\": ");
  }
}
