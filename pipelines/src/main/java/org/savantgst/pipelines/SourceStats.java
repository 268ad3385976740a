/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

/**
 * The figures of a source.
 *
 * @param sourceId its id in batches
 * @param name what {@link Source#name()} says
 * @param frames what became of its frames
 */
public record SourceStats(int sourceId, String name, FrameCounts frames) {}
