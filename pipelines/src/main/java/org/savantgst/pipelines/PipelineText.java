/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.pipelines;

import java.util.List;
import java.util.Locale;
import org.savantgst.surface.DstPadding;
import org.savantgst.surface.Flip;
import org.savantgst.surface.Interpolation;
import org.savantgst.surface.TransformConfig;
import org.savantgst.surface.VideoFormat;

/** What stands behind the sources, in the words of {@code gst-launch-1.0}. */
final class PipelineText {
  static final String BATCH = "savant-batch";
  static final String SINK = "savant-sink";
  private static final String TEE = "savant-tee";
  private static final String BOUNDED_QUEUE =
      "queue max-size-buffers=2 max-size-bytes=0 max-size-time=0";

  private PipelineText() {}

  /** What the builder knows; format null = non-uniform. */
  record Output(
      VideoFormat format,
      int width,
      int height,
      TransformConfig transform,
      boolean usePar,
      int batchSize,
      long batchTimeoutNs,
      long stallWarningNs,
      List<String> branches) {}

  static String of(Output o) {
    StringBuilder text = new StringBuilder("savantbatch name=" + BATCH);
    property(text, "batch-size", o.batchSize);
    if (o.batchTimeoutNs >= 0) {
      property(text, "batch-timeout", o.batchTimeoutNs);
    }
    property(text, "stall-warning", o.stallWarningNs);
    if (o.format == null) {
      property(text, "mode", "non-uniform");
    } else {
      placing(text, o);
      text.append(" ! video/x-raw(memory:NVMM),format=").append(o.format.canonicalName());
      text.append(",width=").append(o.width).append(",height=").append(o.height);
    }
    if (!o.branches.isEmpty()) {
      text.append(" ! tee name=" + TEE + " " + TEE + ". ! " + BOUNDED_QUEUE);
    }
    text.append(" ! appsink name=" + SINK);
    text.append(" sync=false async=false max-buffers=2 enable-last-sample=false");
    for (String branch : o.branches) {
      text.append("  " + TEE + ". ! " + BOUNDED_QUEUE + " ! ").append(branch);
    }
    return text.toString();
  }

  private static void placing(StringBuilder text, Output o) {
    TransformConfig t = o.transform;
    if (t.flip() != Flip.NONE) {
      throw new IllegalArgumentException(
          "flip "
              + t.flip()
              + ": a batch does not turn its pictures; put \"savanttransform video-direction=...\""
              + " into Source.through");
    }
    DstPadding pad = t.dstPadding();
    property(text, "padding", t.padding().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    property(text, "pad-left", pad.left());
    property(text, "pad-top", pad.top());
    property(text, "pad-right", pad.right());
    property(text, "pad-bottom", pad.bottom());
    property(text, "pad-color", t.padColor());
    property(text, "interpolation", interpolation(t.interpolation()));
    property(text, "compute-mode", t.computeMode().name().toLowerCase(Locale.ROOT));
    property(text, "use-par", o.usePar);
  }

  private static String interpolation(Interpolation interpolation) {
    return switch (interpolation) {
      case NEAREST -> "nearest";
      case BILINEAR -> "bilinear";
      case GPU_CUBIC_VIC_5TAP -> "cubic";
      case GPU_SUPER_VIC_10TAP -> "super";
      case GPU_LANCZOS_VIC_SMART -> "lanczos";
      case GPU_IGNORED_VIC_NICEST -> "nicest";
      case DEFAULT -> "default";
    };
  }

  private static void property(StringBuilder text, String name, Object value) {
    text.append(' ').append(name).append('=').append(value);
  }
}
