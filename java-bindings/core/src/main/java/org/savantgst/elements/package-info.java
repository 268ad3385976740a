/* SPDX-License-Identifier: Apache-2.0 */
/** The elements of the plugin with typed properties, on gst1-java-core. */
package org.savantgst.elements;
