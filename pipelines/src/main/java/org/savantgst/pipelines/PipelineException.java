/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.util.OptionalInt;
import org.savantgst.SavantException;

/**
 * An error that an element posted. What other sources posted is in its suppressed exceptions; what
 * followed from it is left out.
 */
public final class PipelineException extends SavantException {
  private static final long serialVersionUID = 1L;

  private final String element;
  private final String text;
  private final String debug;
  private final int source;

  private PipelineException(
      String element, String text, String debug, int source, String sourceName) {
    super(
        CODE,
        (source >= 0 ? sourceName + ": " : "")
            + text
            + " (element "
            + element
            + (debug.isEmpty() ? ")" : "; " + debug + ")"));
    this.element = element;
    this.text = text;
    this.debug = debug;
    this.source = source;
  }

  /** The source is null for what is behind the sources. */
  static PipelineException of(String element, String text, String debug, LiveSource source) {
    return source == null
        ? new PipelineException(element, text, debug, -1, "")
        : new PipelineException(element, text, debug, source.place, source.source.name());
  }

  /** {@code SAVANT_ERROR_EXECUTION}. */
  private static final int CODE = -8;

  /**
   * Returns the element that posted it.
   *
   * @return its name
   */
  public String element() {
    return element;
  }

  /**
   * Returns what the element said to the user.
   *
   * @return one sentence
   */
  public String text() {
    return text;
  }

  /**
   * Returns what the element said to developers.
   *
   * @return the debug text, empty for none
   */
  public String debug() {
    return debug;
  }

  /**
   * Returns the source that failed.
   *
   * @return its place, see {@link BatchPipeline#place}, empty where the error came from behind the
   *     sources
   */
  public OptionalInt source() {
    return source >= 0 ? OptionalInt.of(source) : OptionalInt.empty();
  }
}
