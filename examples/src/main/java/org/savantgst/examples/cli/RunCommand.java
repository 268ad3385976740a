/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.savantgst.pipelines.BatchPipeline;
import org.savantgst.pipelines.BatchPipelineBuilder;
import org.savantgst.pipelines.PipelineException;
import org.savantgst.pipelines.Source;
import org.savantgst.pipelines.SourceErrors;
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
    versionProvider = SavantProgram.Version.class,
    description = "Letterboxes the frames of all inputs into batches.",
    footer = {
      "",
      "An INPUT is a file, a URI, or pattern:NAME for frames that savantbufgen draws (black, white, "
          + "color, smpte, gradient, ball, counter). Behind it, after an exclamation mark, may stand elements as gst-launch-1.0 takes them:",
      "  'clip.mp4!videoscale ! video/x-raw,width=640,height=360'",
      "  'pattern:counter num-buffers=100!video/x-raw,width=320,height=240'",
      "",
      "Results in DIR: frames.jsonl, a line of JSON for each frame; sheet-BATCH.png, contact sheets; "
          + "tensors.npy and letterbox.mp4 if wanted. Those of an earlier run are removed.",
      "",
      "Ctrl-C and SIGTERM end all inputs, finish all files and print the table; a second one ends "
          + "the program at once.",
      "",
      "Exit codes: 0 all inputs came to their end; 1 an input failed; 2 wrong arguments; 3 GStreamer, "
          + "the native library or an encoder cannot be used; 4 an output file cannot be written; "
          + "130 ended by Ctrl-C, 143 by SIGTERM."
    })
final class RunCommand implements Callable<Integer> {
  private static final long FINISH_SECONDS = 60;
  private static final int MAX_VIDEO_SIDE = 4096;

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
      description = Names.PADDINGS + " (default: ${DEFAULT-VALUE}).")
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
      description = Names.FILTERS + " (default: ${DEFAULT-VALUE}).")
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
          "Milliseconds that a frame waits for the other inputs (default: until they have one or"
              + " have ended; with live inputs one frame of the fastest).")
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
      names = "--mp4",
      description =
          "Writes letterbox.mp4: one picture for each batch, all inputs side by side, each with its"
              + " newest frame.")
  private boolean mp4;

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
  public Integer call() throws OutputException, UnavailableException {
    check();
    UnavailableException.check();
    String encoder = mp4 ? Mp4Writer.encoder() : null;
    RunOutput.Plan plan =
        new RunOutput.Plan(out, format, size, inputs.size(), sheetEvery, tensors, encoder);
    BatchPipeline pipeline;
    try {
      pipeline = builder().build();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    return run(pipeline, plan);
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
    long[] video = Mosaic.size(size.width(), size.height(), inputs.size());
    if (mp4 && Math.max(video[0], video[1]) > MAX_VIDEO_SIDE) {
      throw usage(
          String.format(
              "--mp4: %d inputs of %s side by side are %dx%d pixels, and a video has %d at most on"
                  + " each side; take a smaller --size",
              inputs.size(), size, video[0], video[1], MAX_VIDEO_SIDE));
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

  private int run(BatchPipeline pipeline, RunOutput.Plan plan) throws OutputException {
    CountDownLatch finished = new CountDownLatch(1);
    try (pipeline;
        Interrupts interrupts = new Interrupts(() -> finish(pipeline, finished));
        RunOutput output = new RunOutput(plan)) {
      int exitCode = 0;
      try (output;
          pipeline;
          Progress bar = new Progress(progress != null ? progress : System.console() != null)) {
        pipeline.start();
        if (interrupts.exitCode() != 0) {
          pipeline.endOfStream();
        }
        pipeline.run(
            batch -> {
              output.add(batch, pipeline.stats().sources());
              bar.step(pipeline, batch);
            });
        bar.finish();
      } catch (PipelineException e) {
        // An input that ends before its first frame calls that a failure.
        if (interrupts.exitCode() == 0 || e.source().isEmpty()) {
          exitCode = SavantProgram.FAILED;
          tell(e);
        }
      } catch (OutputException e) {
        exitCode = SavantProgram.NOT_WRITABLE;
        error().println("savant: " + e.getMessage());
      }
      RunReport.print(spec.commandLine().getOut(), pipeline.stats());
      output.files().forEach(spec.commandLine().getOut()::println);
      spec.commandLine().getOut().flush();
      return exitCode != 0 ? exitCode : interrupts.exitCode();
    } finally {
      finished.countDown();
    }
  }

  /** What Ctrl-C does: no more frames come in, all that came in are written. */
  private void finish(BatchPipeline pipeline, CountDownLatch finished) {
    error().println("savant: interrupted, finishing the files; once more ends at once");
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

  private void tell(PipelineException e) {
    error().println("savant: " + message(e));
    for (Throwable also : e.getSuppressed()) {
      error()
          .println(
              "savant: " + (also instanceof PipelineException p ? message(p) : also.getMessage()));
    }
  }

  /** The exception's own message ends in what the element tells developers, which is long. */
  private String message(PipelineException e) {
    String source = e.source().isPresent() ? inputs.get(e.source().getAsInt()).name() + ": " : "";
    String element = e.debug().isEmpty() ? "" : " (element " + e.element() + ")";
    return source + e.text() + element;
  }
}
