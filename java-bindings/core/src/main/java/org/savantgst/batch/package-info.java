/* SPDX-License-Identifier: Apache-2.0 */
/** Batches as they come out of a pipeline, one native call each. */
package org.savantgst.batch;
