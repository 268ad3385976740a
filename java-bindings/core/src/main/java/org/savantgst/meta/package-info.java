/* SPDX-License-Identifier: Apache-2.0 */
/** What buffers carry beside pixels: identity and geometry. */
package org.savantgst.meta;
