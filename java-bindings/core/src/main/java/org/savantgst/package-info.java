/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Root of the Java API of Savant. It has no classes yet: the native library and its elements are
 * used from C and from {@code gst-launch-1.0}.
 */
package org.savantgst;
