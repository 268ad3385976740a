/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.savantgst.pipelines.BatchPipeline;
import org.savantgst.pipelines.BatchPipelineBuilder;
import org.savantgst.pipelines.FrameCounts;
import org.savantgst.pipelines.PipelineException;
import org.savantgst.pipelines.PipelineStats;
import org.savantgst.pipelines.Source;
import org.savantgst.pipelines.SourceErrors;
import org.savantgst.pipelines.SourceStats;
import org.savantgst.surface.Interpolation;
import org.savantgst.surface.Padding;
import org.savantgst.surface.TransformConfig;
import org.savantgst.surface.VideoFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Letterboxes and batches the frames of videos and leaves files that show what happened. */
@Command(
    name = "run",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Letterboxes the frames of all inputs into batches.",
    footer = {
      "",
      "An INPUT is a file, a URI, or pattern:NAME for frames that savantbufgen draws. Behind it, "
          + "after an exclamation mark, may stand elements as gst-launch-1.0 takes them:",
      "  'clip.mp4!videoconvertscale ! video/x-raw,width=640,height=360'",
      "  'pattern:counter num-buffers=100!video/x-raw,width=320,height=240'",
      "",
      "Exit codes: 0 all frames came; 1 an input failed; 2 wrong arguments; 3 GStreamer or the "
          + "native library cannot be used; 4 an output file cannot be written."
    })
final class RunCommand implements Callable<Integer> {
  private static final long FINISH_SECONDS = 60;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "INPUT",
      arity = "1..*",
      converter = Input.class,
      description = "File, URI or pattern:NAME, see below.")
  private List<Source> inputs;

  @Option(
      names = "--size",
      paramLabel = "WxH",
      defaultValue = "640x640",
      converter = PictureSize.Converter.class,
      description = "Size of every frame in a batch (default: ${DEFAULT-VALUE}).")
  private PictureSize size;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "RGBA",
      converter = Names.OfFormat.class,
      description =
          "RGBA, BGRx, NV12, NV21, I420, UYVY, GRAY8, RGB, BGR, BGRA or RGBx (default:"
              + " ${DEFAULT-VALUE}).")
  private VideoFormat format;

  @Option(
      names = "--padding",
      paramLabel = "MODE",
      defaultValue = "symmetric",
      converter = Names.OfPadding.class,
      description = "none, right-bottom or symmetric (default: ${DEFAULT-VALUE}).")
  private Padding padding;

  @Option(
      names = "--pad-color",
      paramLabel = "COLOR",
      defaultValue = "114",
      converter = PadColor.class,
      description =
          "Colour of the bars: #RRGGBB, 0xRRGGBB, R,G,B, or 0 to 255 for that grey (default:"
              + " ${DEFAULT-VALUE}).")
  private int padColor;

  @Option(
      names = "--interpolation",
      paramLabel = "FILTER",
      defaultValue = "bilinear",
      converter = Names.OfInterpolation.class,
      description =
          "nearest, bilinear, cubic, super, lanczos, nicest or default (default:"
              + " ${DEFAULT-VALUE}).")
  private Interpolation interpolation;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Slots of a batch, 1 to 1024 (default: one for each input).")
  private Integer batch;

  @Option(
      names = "--batch-timeout",
      paramLabel = "MS",
      description =
          "Milliseconds that a frame waits for the other inputs, for live inputs (default: until"
              + " they have one or have ended).")
  private Long batchTimeout;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder for the results; made if it is missing.")
  private Path out;

  @Option(
      names = "--sheet-every",
      paramLabel = "N",
      defaultValue = "25",
      description =
          "Batches from one contact sheet to the next, 0 = only the last one (default:"
              + " ${DEFAULT-VALUE}).")
  private int sheetEvery;

  @Option(
      names = "--tensors",
      description = "Writes tensors.npy, all frames as N x H x W x C bytes.")
  private boolean tensors;

  @Option(
      names = "--stop-on-error",
      description = "Ends all inputs when one fails; otherwise the others go on.")
  private boolean stopOnError;

  @Option(
      names = "--progress",
      negatable = true,
      description = "Shows a progress bar (default: on a terminal).")
  private Boolean progress;

  @Override
  public Integer call() throws OutputException {
    check();
    BatchPipeline pipeline;
    try {
      pipeline = builder().build();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    return run(pipeline);
  }

  private void check() {
    if (sheetEvery < 0) {
      throw usage("--sheet-every " + sheetEvery + ": it must be 0 or more");
    }
    if (batchTimeout != null && batchTimeout < 0) {
      throw usage("--batch-timeout " + batchTimeout + ": it must be 0 or more");
    }
    if (tensors && (format.planes() > 1 || format == VideoFormat.UYVY)) {
      throw usage("--tensors: " + format + " has no channels; take RGBA, RGB, BGR or GRAY8");
    }
    if (tensors && (long) size.width() * size.height() * format.channels() > Integer.MAX_VALUE) {
      throw usage("--tensors: a frame of " + size + " is too large");
    }
  }

  private ParameterException usage(String text) {
    return new ParameterException(spec.commandLine(), text);
  }

  private BatchPipelineBuilder builder() {
    BatchPipelineBuilder builder =
        BatchPipeline.builder()
            .output(format, size.width(), size.height())
            .transform(
                TransformConfig.defaults()
                    .withPadding(padding)
                    .withPadColor(padColor)
                    .withInterpolation(interpolation))
            .onSourceError(stopOnError ? SourceErrors.STOP : SourceErrors.CONTINUE)
            .onWarning(text -> error().println("savant: warning: " + text));
    inputs.forEach(builder::source);
    if (batch != null) {
      builder.batchSize(batch);
    }
    if (batchTimeout != null) {
      builder.batchTimeout(Duration.ofMillis(batchTimeout));
    }
    return builder;
  }

  private PrintWriter error() {
    return spec.commandLine().getErr();
  }

  private int run(BatchPipeline pipeline) throws OutputException {
    CountDownLatch finished = new CountDownLatch(1);
    Thread interrupt = new Thread(() -> finish(pipeline, finished), "savant-interrupt");
    Runtime.getRuntime().addShutdownHook(interrupt);
    try (pipeline) {
      RunOutput output = new RunOutput(out, sheetEvery, tensors);
      int exitCode = 0;
      try (output;
          pipeline;
          ProgressBar bar = progressBar()) {
        pump(pipeline, output, bar);
      } catch (PipelineException e) {
        exitCode = SavantProgram.FAILED;
        tell(e);
      }
      report(pipeline.stats(), output);
      return exitCode;
    } finally {
      finished.countDown();
      removeHook(interrupt);
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook runs already.
    }
  }

  /** What Ctrl-C does: no more frames come in, all that came in are written. */
  private void finish(BatchPipeline pipeline, CountDownLatch finished) {
    error().println("savant: interrupted, finishing the files");
    error().flush();
    pipeline.endOfStream();
    try {
      if (!finished.await(FINISH_SECONDS, TimeUnit.SECONDS)) {
        pipeline.stop();
        error().println("savant: the inputs did not end in " + FINISH_SECONDS + " s");
        error().flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pump(BatchPipeline pipeline, RunOutput output, ProgressBar bar)
      throws OutputException {
    pipeline.run(
        view -> {
          output.add(view, pipeline.stats().sources());
          if (bar != null) {
            bar.stepBy(view.size());
          }
        });
  }

  private ProgressBar progressBar() {
    boolean wanted = progress != null ? progress : System.console() != null;
    return !wanted
        ? null
        : new ProgressBarBuilder()
            .setTaskName("savant")
            .setUnit(" frames", 1)
            .setInitialMax(-1)
            .showSpeed()
            .build();
  }

  private void tell(PipelineException e) {
    error().println("savant: " + e.getMessage());
    for (Throwable also : e.getSuppressed()) {
      error().println("savant: " + also.getMessage());
    }
  }

  private void report(PipelineStats stats, RunOutput output) {
    PrintWriter writer = spec.commandLine().getOut();
    TextTable table = new TextTable("source", "id", "in", "out", "held", "dropped");
    for (SourceStats source : stats.sources()) {
      row(table, source.name(), source.sourceId(), source.frames());
    }
    row(table, "all", "", stats.total());
    writer.print(table);
    writer.printf(
        Locale.ROOT,
        "%d frames in %d batches, %.1f frames/s, latency p50 %s, p99 %s%n",
        stats.total().out(),
        stats.batches(),
        stats.framesPerSecond(),
        milliseconds(stats.latencyP50()),
        milliseconds(stats.latencyP99()));
    writer.println("frames: " + out.resolve(RunOutput.FRAMES));
    if (output.lastSheet() != null) {
      writer.println("contact sheet: " + output.lastSheet());
    }
    writer.flush();
  }

  private static void row(TextTable table, String name, Object id, FrameCounts frames) {
    table.row(name, id, frames.in(), frames.out(), frames.held(), dropped(frames));
  }

  private static String dropped(FrameCounts frames) {
    Map<String, Long> reasons = frames.dropped();
    if (reasons.isEmpty()) {
      return "0";
    }
    return frames.droppedTotal()
        + reasons.entrySet().stream()
            .map(e -> e.getKey() + " " + e.getValue())
            .collect(Collectors.joining(", ", " (", ")"));
  }

  private static String milliseconds(Duration latency) {
    return latency == null
        ? "none"
        : String.format(Locale.ROOT, "%.2f ms", latency.toNanos() / 1e6);
  }
}
