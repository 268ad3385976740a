/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import org.savantgst.batch.BatchView;

/**
 * Takes the batches of a pipeline.
 *
 * @param <E> what it may throw besides unchecked exceptions
 */
@FunctionalInterface
public interface BatchHandler<E extends Exception> {
  /**
   * Takes a batch. The view is reused: it may be read until this returns.
   *
   * @param batch the batch
   * @throws E if the pipeline shall stop; {@link BatchPipeline#run} throws it again
   */
  void onBatch(BatchView batch) throws E;
}
