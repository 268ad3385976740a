/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.meta;

/**
 * The number of a logical frame or batch that a buffer stands for.
 *
 * @param kind frame or batch
 * @param id the number
 */
public record SavantId(SavantIdMetaKind kind, long id) {
  /**
   * Creates an id.
   *
   * @param kind frame or batch
   * @param id the number
   * @throws IllegalArgumentException if the kind is null
   */
  public SavantId {
    if (kind == null) {
      throw new IllegalArgumentException("kind of id " + id + " is null");
    }
  }

  /**
   * Returns the id of a frame.
   *
   * @param id the number
   * @return the id
   */
  public static SavantId frame(long id) {
    return new SavantId(SavantIdMetaKind.FRAME, id);
  }

  /**
   * Returns the id of a batch.
   *
   * @param id the number
   * @return the id
   */
  public static SavantId batch(long id) {
    return new SavantId(SavantIdMetaKind.BATCH, id);
  }
}
