/* SPDX-License-Identifier: Apache-2.0 */
/** Loading and binding of the native library; not for applications. */
package org.savantgst.lowlevel;
