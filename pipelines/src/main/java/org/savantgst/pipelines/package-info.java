/* SPDX-License-Identifier: Apache-2.0 */
/** Pipelines that bring frames of many sources into batches, and hand those to a Java program. */
package org.savantgst.pipelines;
