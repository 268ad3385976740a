/* SPDX-License-Identifier: Apache-2.0 */
/** Surfaces, batches and metadata of Savant for Java, on gst1-java-core. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module org.savantgst {
  requires transitive org.freedesktop.gstreamer;
  requires com.sun.jna;

  exports org.savantgst;
  exports org.savantgst.batch;
  exports org.savantgst.elements;
  exports org.savantgst.gpu;
  exports org.savantgst.interop;
  exports org.savantgst.meta;
  exports org.savantgst.surface;

  opens org.savantgst.lowlevel to
      com.sun.jna;

  provides org.freedesktop.gstreamer.glib.NativeObject.TypeProvider with
      org.savantgst.elements.ElementTypes;
}
