/* SPDX-License-Identifier: Apache-2.0 */
/** Calls of GStreamer that gst1-java-core lacks. Not for programs. */
package org.savantgst.pipelines.lowlevel;
