/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.savantgst.elements.Pattern;

/**
 * Where frames come from: a value that {@link BatchPipelineBuilder#source} takes. Each {@code with}
 * method returns a changed copy.
 */
public final class Source {
  /** Names in the bin of a source that this package looks up. */
  static final String HEAD = "savant-head";

  static final String EXIT = "savant-exit";

  /** How a source is made. */
  enum Kind {
    URI,
    PATTERN,
    APP_SRC,
    ELEMENTS
  }

  private final Kind kind;
  private final String location;
  private final Path file;
  private final String elements;
  private final String name;
  private final int id;

  private Source(Kind kind, String location, Path file, String elements, String name, int id) {
    this.kind = kind;
    this.location = location;
    this.file = file;
    this.elements = elements;
    this.name = name;
    this.id = id;
  }

  /**
   * A video file; its first video stream is decoded.
   *
   * @param file the file
   * @return the source
   */
  public static Source file(Path file) {
    String uri = file.toAbsolutePath().normalize().toUri().toASCIIString();
    return new Source(Kind.URI, uri, file, "", file.toString(), -1);
  }

  /**
   * Whatever GStreamer has a source element for, for instance {@code rtsp://}; its first video
   * stream is decoded.
   *
   * @param uri the address
   * @return the source
   * @throws IllegalArgumentException if it is no URI with a scheme
   */
  public static Source uri(String uri) {
    URI parsed;
    try {
      parsed = new URI(uri);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("uri \"" + uri + "\": " + e.getMessage(), e);
    }
    if (parsed.getScheme() == null) {
      throw new IllegalArgumentException("uri \"" + uri + "\" has no scheme such as file:");
    }
    Path file = "file".equals(parsed.getScheme()) ? fileOf(parsed) : null;
    return new Source(Kind.URI, uri, file, "", uri, -1);
  }

  private static Path fileOf(URI uri) {
    try {
      return Path.of(uri);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("uri \"" + uri + "\": " + e.getMessage(), e);
    }
  }

  /**
   * Numbered frames that savantbufgen draws. Size and rate come from caps in {@link #through}.
   *
   * @param pattern a value of its property {@code pattern}, and further properties if wanted, for
   *     instance {@code counter num-buffers=100}
   * @return the source
   * @throws IllegalArgumentException if the first word is no such value
   */
  public static Source pattern(String pattern) {
    requireText("pattern", pattern);
    String first = pattern.strip().split("\\s", 2)[0];
    List<String> known =
        Stream.of(Pattern.values()).map(p -> p.name().toLowerCase(Locale.ROOT)).toList();
    if (!known.contains(first)) {
      throw new IllegalArgumentException(
          "pattern \"" + first + "\": known are " + String.join(", ", known));
    }
    return new Source(Kind.PATTERN, pattern, null, "", "pattern " + pattern, -1);
  }

  /**
   * Frames that the program pushes, see {@link BatchPipeline#appSrc}. Its queue is bounded; a push
   * waits while it is full.
   *
   * @param caps what the frames are, for instance {@code
   *     video/x-raw,format=RGB,width=320,height=240,framerate=25/1}
   * @return the source
   */
  public static Source appSrc(String caps) {
    requireText("caps", caps);
    return new Source(Kind.APP_SRC, caps, null, "", "appsrc", -1);
  }

  /**
   * Elements in the words of {@code gst-launch-1.0}, the last with a free source pad.
   *
   * @param description for instance {@code videotestsrc num-buffers=100}
   * @return the source
   */
  public static Source elements(String description) {
    requireText("description", description);
    return new Source(Kind.ELEMENTS, description, null, "", description, -1);
  }

  /**
   * Puts elements between the source and the batch.
   *
   * @param description in the words of {@code gst-launch-1.0}, for instance {@code videoscale !
   *     video/x-raw,width=640,height=360}
   * @return the copy
   */
  public Source through(String description) {
    requireText("description", description);
    String all = elements.isEmpty() ? description : elements + " ! " + description;
    return new Source(kind, location, file, all, name, id);
  }

  /**
   * Names it for statistics and messages.
   *
   * @param name any text
   * @return the copy
   */
  public Source withName(String name) {
    requireText("name", name);
    return new Source(kind, location, file, elements, name, id);
  }

  /**
   * Gives it an id in batches; by default that is its place, see {@link BatchPipeline#place}.
   *
   * @param id 0 or more
   * @return the copy
   * @throws IllegalArgumentException if it is negative
   */
  public Source withId(int id) {
    if (id < 0) {
      throw new IllegalArgumentException("source id " + id + ": it must be 0 or more");
    }
    return new Source(kind, location, file, elements, name, id);
  }

  /**
   * Returns the name.
   *
   * @return what {@link #withName} set, else what it was made of
   */
  public String name() {
    return name;
  }

  OptionalInt id() {
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  Kind kind() {
    return kind;
  }

  /** The URI or the caps, which are set as properties: no quoting goes wrong. */
  String location() {
    return location;
  }

  /** The file that must be there, null for other sources. */
  Path file() {
    return file;
  }

  /** The bin of this source, whose last element EXIT has its one free pad. */
  String description() {
    String head =
        switch (kind) {
          case URI ->
              "uridecodebin name=" + HEAD + " expose-all-streams=false caps=\"video/x-raw(ANY)\"";
          case PATTERN -> "savantbufgen name=" + HEAD + " pattern=" + location;
          case APP_SRC ->
              "appsrc name=" + HEAD + " format=time block=true max-buffers=4 max-bytes=0";
          case ELEMENTS -> location;
        };
    return head
        + (elements.isEmpty() ? "" : " ! " + elements)
        + " ! identity name="
        + EXIT
        + " silent=true signal-handoffs=false";
  }

  private static void requireText(String what, String text) {
    if (text == null || text.isBlank()) {
      throw new IllegalArgumentException(what + " is " + (text == null ? "null" : "empty"));
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
