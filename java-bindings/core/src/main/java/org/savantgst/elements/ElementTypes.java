/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.elements;

import java.util.stream.Stream;
import org.freedesktop.gstreamer.glib.NativeObject;
import org.freedesktop.gstreamer.glib.Natives;

/**
 * Tells gst1-java-core which classes stand for the elements of the plugin, so that its factories
 * and look-ups return these. Found as a service.
 */
public final class ElementTypes implements NativeObject.TypeProvider {
  /** Creates the provider; called by the service loader. */
  public ElementTypes() {}

  @Override
  public Stream<NativeObject.TypeRegistration<?>> types() {
    return Stream.of(
        Natives.registration(SavantBufGen.class, SavantBufGen.GTYPE_NAME, SavantBufGen::new),
        Natives.registration(
            SavantTransform.class, SavantTransform.GTYPE_NAME, SavantTransform::new));
  }
}
