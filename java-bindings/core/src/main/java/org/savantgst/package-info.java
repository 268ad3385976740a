/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Savant for GStreamer and Java: video frames pooled, letterboxed and batched for inference, with
 * their identity and geometry.
 *
 * <p>{@link org.savantgst.Savant} loads the native library and registers its elements; {@code
 * org.savantgst.elements} wraps these, {@code org.savantgst.batch} takes batches out of a pipeline,
 * {@code org.savantgst.surface} and {@code org.savantgst.meta} describe buffers.
 */
package org.savantgst;
