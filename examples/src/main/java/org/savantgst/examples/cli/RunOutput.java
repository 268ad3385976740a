/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.savantgst.batch.BatchView;
import org.savantgst.pipelines.SourceStats;
import org.savantgst.surface.VideoFormat;

/**
 * The files of a run: {@code frames.jsonl}, contact sheets, and if wanted {@code tensors.npy} and
 * {@code letterbox.mp4}.
 */
final class RunOutput implements AutoCloseable {
  static final String FRAMES = "frames.jsonl";
  static final String TENSORS = "tensors.npy";
  static final String VIDEO = "letterbox.mp4";

  /**
   * What to write.
   *
   * @param folder where; made if it is missing
   * @param format of all frames
   * @param size of all frames
   * @param sources how many inputs there are
   * @param sheetEvery batches from one sheet to the next, 0 = only one of the last
   * @param tensors whether {@code tensors.npy} is wanted
   * @param encoder for {@code letterbox.mp4}, null for no such file
   */
  record Plan(
      Path folder,
      VideoFormat format,
      PictureSize size,
      int sources,
      int sheetEvery,
      boolean tensors,
      String encoder) {}

  private interface Writing {
    void run() throws IOException;
  }

  private final Plan plan;
  private final BufferedWriter frames;
  private final NpyWriter tensors;
  private final Map<Long, Long> framesOfSource = new HashMap<>();
  private Mosaic mosaic;
  private Mp4Writer video;
  private ContactSheet sheet = new ContactSheet();
  private byte[][] pictures = new byte[0][];
  private long batches;
  private long sheetBatch;
  private Path lastSheet;
  private boolean isClosed;

  /**
   * Makes the folder where it is missing, and removes the files of an earlier run.
   *
   * @throws OutputException if a file cannot be made
   */
  RunOutput(Plan plan) throws OutputException {
    this.plan = plan;
    writing(plan.folder, () -> Files.createDirectories(plan.folder));
    removeOld();
    Path file = plan.folder.resolve(FRAMES);
    try {
      frames = Files.newBufferedWriter(file);
    } catch (IOException e) {
      throw new OutputException(file, e);
    }
    tensors = plan.tensors ? openTensors() : null;
  }

  private NpyWriter openTensors() throws OutputException {
    Path file = plan.folder.resolve(TENSORS);
    try {
      return new NpyWriter(file, plan.size.height(), plan.size.width(), plan.format.channels());
    } catch (IOException e) {
      OutputException failure = new OutputException(file, e);
      try {
        frames.close();
      } catch (IOException also) {
        failure.addSuppressed(also);
      }
      throw failure;
    }
  }

  private static void writing(Path file, Writing task) throws OutputException {
    try {
      task.run();
    } catch (IOException e) {
      throw new OutputException(file, e);
    }
  }

  private void removeOld() throws OutputException {
    writing(
        plan.folder,
        () -> {
          try (var old = Files.newDirectoryStream(plan.folder, "sheet-*.png")) {
            for (Path file : old) {
              Files.delete(file);
            }
          }
          Files.deleteIfExists(plan.folder.resolve(TENSORS));
          Files.deleteIfExists(plan.folder.resolve(VIDEO));
        });
  }

  /** The files that there are, each with what it is; sheets only by the newest. */
  List<String> files() {
    List<String> files = new ArrayList<>();
    files.add("frames: " + plan.folder.resolve(FRAMES));
    if (tensors != null) {
      files.add("tensors: " + plan.folder.resolve(TENSORS));
    }
    if (video != null) {
      files.add("video: " + plan.folder.resolve(VIDEO));
    }
    if (lastSheet != null) {
      files.add("contact sheet: " + lastSheet);
    }
    return files;
  }

  /**
   * Takes a batch.
   *
   * @param sources what was dropped so far
   * @throws OutputException if a file cannot be written
   */
  void add(BatchView batch, List<SourceStats> sources) throws OutputException {
    keep(batch);
    writing(plan.folder.resolve(FRAMES), () -> writeFrames(batch, sources));
    if (tensors != null) {
      writing(plan.folder.resolve(TENSORS), () -> writeTensors(batch.size()));
    }
    if (plan.encoder != null) {
      writing(plan.folder.resolve(VIDEO), () -> writeVideo(batch));
    }
    if (plan.sheetEvery > 0 && batches % plan.sheetEvery == 0) {
      writeSheet();
    }
    batches++;
  }

  /** The last batch is known only after it is gone, so that every batch is kept until the next. */
  private void keep(BatchView batch) {
    if (pictures.length < batch.size()) {
      pictures = new byte[batch.size()][];
    }
    sheet = new ContactSheet();
    sheetBatch = batch.sequence();
    for (int slot = 0; slot < batch.size(); slot++) {
      int bytes = batch.byteSize(slot);
      if (pictures[slot] == null || pictures[slot].length != bytes) {
        pictures[slot] = new byte[bytes];
      }
      batch.copyTo(slot, pictures[slot]);
      Picture picture =
          new Picture(
              pictures[slot],
              batch.format(slot),
              batch.colorFormat(slot),
              batch.width(slot),
              batch.height(slot));
      sheet.add(picture, label(batch, slot));
    }
  }

  private static String label(BatchView batch, int slot) {
    long pts = batch.ptsNs(slot);
    return "SOURCE "
        + batch.sourceId(slot)
        + "  PTS "
        + (pts < 0 ? "NONE" : String.format(Locale.ROOT, "%.3f S", pts / 1e9));
  }

  /** Whole lines reach the file with every batch, whatever happens to the program. */
  private void writeFrames(BatchView batch, List<SourceStats> sources) throws IOException {
    for (int slot = 0; slot < batch.size(); slot++) {
      frames.write(line(batch, slot, sources).toJson());
      frames.write('\n');
    }
    frames.flush();
  }

  private FrameLine line(BatchView batch, int slot, List<SourceStats> sources) {
    long source = batch.sourceId(slot);
    long number = framesOfSource.merge(source, 1L, Long::sum) - 1;
    long dropped =
        sources.stream()
            .filter(s -> s.sourceId() == source)
            .mapToLong(s -> s.frames().droppedTotal())
            .sum();
    return new FrameLine(
        source,
        batch.id(slot) >= 0 ? batch.id(slot) : number,
        slot,
        batch.sequence(),
        batch.ptsNs(slot),
        batch.durationNs(slot),
        batch.sourceWidth(slot),
        batch.sourceHeight(slot),
        batch.destinationLeft(slot),
        batch.destinationTop(slot),
        batch.destinationWidth(slot),
        batch.destinationHeight(slot),
        dropped);
  }

  private void writeTensors(int slots) throws IOException {
    for (int slot = 0; slot < slots; slot++) {
      tensors.write(pictures[slot]);
    }
  }

  /** One picture for each batch: every input at its place, with its newest frame. */
  private void writeVideo(BatchView batch) throws IOException {
    if (video == null) {
      mosaic = new Mosaic(plan.format, plan.size.width(), plan.size.height(), plan.sources);
      video =
          new Mp4Writer(
              plan.folder.resolve(VIDEO),
              plan.encoder,
              plan.format,
              batch.colorFormat(0),
              mosaic,
              batch.durationNs(0));
    }
    for (int slot = 0; slot < batch.size(); slot++) {
      mosaic.put(batch.padIndex(slot), pictures[slot]);
    }
    video.write(mosaic.bytes(), batch.ptsNs());
  }

  private void writeSheet() throws OutputException {
    Path file = plan.folder.resolve(String.format(Locale.ROOT, "sheet-%06d.png", sheetBatch));
    writing(file, () -> sheet.write(file));
    lastSheet = file;
    sheet = new ContactSheet();
  }

  /**
   * Writes the sheet of the last batch and finishes all files.
   *
   * @throws OutputException if one of them cannot be finished; the others are
   */
  @Override
  public void close() throws OutputException {
    if (isClosed) {
      return;
    }
    isClosed = true;
    try {
      if (!sheet.isEmpty()) {
        writeSheet();
      }
    } finally {
      try {
        close(VIDEO, video);
      } finally {
        try {
          close(TENSORS, tensors);
        } finally {
          close(FRAMES, frames);
        }
      }
    }
  }

  private void close(String name, Closeable file) throws OutputException {
    if (file != null) {
      writing(plan.folder.resolve(name), file::close);
    }
  }
}
