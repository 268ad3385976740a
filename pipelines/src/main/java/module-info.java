/* SPDX-License-Identifier: Apache-2.0 */
/** Pipelines that bring frames of many sources into batches for Java programs. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module org.savantgst.pipelines {
  requires transitive org.savantgst;
  requires com.sun.jna;
  requires static micrometer.core;

  exports org.savantgst.pipelines;

  opens org.savantgst.pipelines.lowlevel to
      com.sun.jna;
}
