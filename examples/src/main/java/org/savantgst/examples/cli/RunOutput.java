/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.examples.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.savantgst.batch.BatchView;
import org.savantgst.pipelines.SourceStats;

/** The files of a run: {@code frames.jsonl}, contact sheets, {@code tensors.npy}. */
final class RunOutput implements AutoCloseable {
  static final String FRAMES = "frames.jsonl";
  static final String TENSORS = "tensors.npy";

  private final Path folder;
  private final int sheetEvery;
  private final boolean wantsTensors;
  private final BufferedWriter frames;
  private final Map<Long, Long> framesOfSource = new HashMap<>();
  private NpyWriter tensors;
  private byte[] tensor = new byte[0];
  private ContactSheet sheet = new ContactSheet();
  private byte[][] pictures = new byte[0][];
  private long batches;
  private long sheetBatch;
  private Path lastSheet;

  /**
   * Makes the folder where it is missing, and empties the files of an earlier run.
   *
   * @param sheetEvery batches from one sheet to the next, 0 = only one of the last
   * @throws OutputException if a file cannot be made
   */
  RunOutput(Path folder, int sheetEvery, boolean wantsTensors) throws OutputException {
    this.folder = folder;
    this.sheetEvery = sheetEvery;
    this.wantsTensors = wantsTensors;
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new OutputException(folder, e);
    }
    removeOld();
    Path file = folder.resolve(FRAMES);
    try {
      frames = Files.newBufferedWriter(file);
    } catch (IOException e) {
      throw new OutputException(file, e);
    }
  }

  private void removeOld() throws OutputException {
    try (var old = Files.newDirectoryStream(folder, "sheet-*.png")) {
      for (Path file : old) {
        Files.delete(file);
      }
      Files.deleteIfExists(folder.resolve(TENSORS));
    } catch (IOException e) {
      throw new OutputException(folder, e);
    }
  }

  /** The newest contact sheet, null before the first. */
  Path lastSheet() {
    return lastSheet;
  }

  /** Takes a batch; {@code sources} has what was dropped so far. */
  void add(BatchView batch, List<SourceStats> sources) throws OutputException {
    writeFrames(batch, sources);
    if (wantsTensors) {
      writeTensors(batch);
    }
    keep(batch);
    if (sheetEvery > 0 && batches % sheetEvery == 0) {
      writeSheet();
    }
    batches++;
  }

  private void writeFrames(BatchView batch, List<SourceStats> sources) throws OutputException {
    try {
      for (int slot = 0; slot < batch.size(); slot++) {
        frames.write(line(batch, slot, sources).toJson());
        frames.write('\n');
      }
    } catch (IOException e) {
      throw new OutputException(folder.resolve(FRAMES), e);
    }
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

  private void writeTensors(BatchView batch) throws OutputException {
    Path file = folder.resolve(TENSORS);
    try {
      for (int slot = 0; slot < batch.size(); slot++) {
        if (tensors == null) {
          int channels = batch.format(slot).channels();
          tensors = new NpyWriter(file, batch.height(slot), batch.width(slot), channels);
          tensor = new byte[tensors.pictureBytes()];
        }
        batch.copyTo(slot, tensor);
        tensors.write(tensor);
      }
    } catch (IOException e) {
      throw new OutputException(file, e);
    }
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

  private void writeSheet() throws OutputException {
    Path file = folder.resolve(String.format(Locale.ROOT, "sheet-%06d.png", sheetBatch));
    try {
      sheet.write(file);
    } catch (IOException e) {
      throw new OutputException(file, e);
    }
    lastSheet = file;
    sheet = new ContactSheet();
  }

  /** Writes the sheet of the last batch and finishes all files. */
  @Override
  public void close() throws OutputException {
    try {
      if (!sheet.isEmpty()) {
        writeSheet();
      }
    } finally {
      try {
        closeTensors();
      } finally {
        closeFrames();
      }
    }
  }

  private void closeTensors() throws OutputException {
    if (tensors != null) {
      try {
        tensors.close();
      } catch (IOException e) {
        throw new OutputException(folder.resolve(TENSORS), e);
      }
    }
  }

  private void closeFrames() throws OutputException {
    try {
      frames.close();
    } catch (IOException e) {
      throw new OutputException(folder.resolve(FRAMES), e);
    }
  }
}
