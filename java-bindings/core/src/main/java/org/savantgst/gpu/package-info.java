/* SPDX-License-Identifier: Apache-2.0 */
/** What the GPUs of the machine are and can do. */
package org.savantgst.gpu;
