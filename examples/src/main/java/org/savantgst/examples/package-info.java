/* SPDX-License-Identifier: Apache-2.0 */
/** Programs of one idea each. */
package org.savantgst.examples;
