/* SPDX-License-Identifier: Apache-2.0 */
/** Buffers, the pictures in them, and how pictures are placed and computed. */
package org.savantgst.surface;
