/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Pixels shared with other libraries without a copy: by the CUDA array interface and by DLPack, in
 * both directions.
 */
package org.savantgst.interop;
