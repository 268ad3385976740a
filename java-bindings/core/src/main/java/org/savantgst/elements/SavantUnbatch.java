/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

import org.freedesktop.gstreamer.Element;

/**
 * The element {@code savantunbatch}: batches to one request pad {@code src_%u} a source, the number
 * being the source id. {@code gst-inspect-1.0 savantunbatch} documents it in full.
 */
public class SavantUnbatch extends Element {
  /** The name of the element's factory. */
  public static final String GST_NAME = "savantunbatch";

  /** The name of the element's type. */
  public static final String GTYPE_NAME = "GstSavantUnbatch";

  SavantUnbatch(Initializer init) {
    super(init);
  }

  /**
   * Creates an element. {@link org.savantgst.Savant#init()} must have been called.
   *
   * @param name its name, null for one of its own
   * @throws IllegalArgumentException if the plugin is not registered
   */
  public SavantUnbatch(String name) {
    super(makeRawElement(GST_NAME, name));
  }

  /**
   * Returns the property {@code stats}: frames since the element last left READY.
   *
   * @return counts of one moment
   */
  public FlowStats getStats() {
    return Properties.getStats(this);
  }
}
