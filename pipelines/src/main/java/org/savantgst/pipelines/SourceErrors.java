/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

/**
 * What happens when one of several sources fails. Its frames before the failure come out in either
 * case, and the exception follows the last batch.
 */
public enum SourceErrors {
  /** All other sources get end of stream. */
  STOP,
  /** The others go on until they end. */
  CONTINUE
}
