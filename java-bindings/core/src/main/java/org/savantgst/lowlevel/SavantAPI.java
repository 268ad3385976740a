/* SPDX-License-Identifier: Apache-2.0 */
package org.savantgst.lowlevel;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.nio.ByteBuffer;
import org.savantgst.SavantException;

/**
 * The flat ABI of the native library, by JNA's direct mapping; the only class that declares
 * natives. {@code savant/savant.h} has the contract of every function. Addresses are {@code long}
 * and borrowed; no hot call takes a String or an object that JNA would have to convert.
 */
public final class SavantAPI {
  /** The ABI version that these declarations are for. */
  public static final int ABI_VERSION = 1;

  /** {@code SavantStatus}. */
  public static final int OK = 0;

  public static final int INVALID_ARGUMENT = -1;
  public static final int UNSUPPORTED = -2;
  public static final int POOL_EXHAUSTED = -4;
  public static final int FLUSHING = -5;
  public static final int NOT_A_SURFACE = -6;
  public static final int NOT_WRITABLE = -7;

  /** {@code SavantPull}. */
  public static final int PULL_TIMEOUT = 0;

  public static final int PULL_BATCH = 1;
  public static final int PULL_EOS = 2;
  public static final int PULL_STOPPED = 3;

  /** Where the numbers of a view stand. */
  public static final int VIEW_DATA = 0;

  public static final int VIEW_PITCH = 1;
  public static final int VIEW_WIDTH = 2;
  public static final int VIEW_HEIGHT = 3;
  public static final int VIEW_CHANNELS = 4;
  public static final int VIEW_COLOR_FORMAT = 5;
  public static final int VIEW_MEM_TYPE = 6;
  public static final int VIEW_GPU_ID = 7;
  public static final int VIEW_N_PLANES = 8;
  public static final int VIEW_READ_ONLY = 9;
  public static final int VIEW_NUMBERS = 10;

  /** Where the numbers of a transform job stand. */
  public static final int JOB_DST_SLOT = 0;

  public static final int JOB_SRC_BUFFER = 1;
  public static final int JOB_SRC_SLOT = 2;
  public static final int JOB_SRC_PLANE = 3;
  public static final int JOB_SRC_ANY_SLOT = 4;
  public static final int JOB_SRC_RECT = 5;
  public static final int JOB_NUMBERS = 9;

  /** Where the figures of a pool stand. */
  public static final int POOL_OUTSTANDING = 2;

  public static final int POOL_OLDEST_AGE = 8;
  public static final int POOL_NUMBERS = 9;

  /** Where the numbers of a pull stand. */
  public static final int PULL_RESULT = 0;

  public static final int PULL_SEQUENCE = 1;
  public static final int PULL_SLOTS = 2;
  public static final int PULL_REASON = 3;
  public static final int PULL_WAITING_TIME = 4;
  public static final int PULL_PTS = 5;
  public static final int PULL_DURATION = 6;
  public static final int PULL_RUNNING_TIME = 7;
  public static final int PULL_BUFFER = 8;
  public static final int PULL_IS_SURFACE = 9;
  public static final int PULL_TAKEN_AT = 10;
  public static final int PULL_HEADER_NUMBERS = 11;

  /** Where the numbers of a slot stand, after its first. */
  public static final int SLOT_SOURCE_ID = 0;

  public static final int SLOT_PAD_INDEX = 1;
  public static final int SLOT_FRAME_ID = 2;
  public static final int SLOT_N_IDS = 3;
  public static final int SLOT_PTS = 4;
  public static final int SLOT_DURATION = 5;
  public static final int SLOT_RUNNING_TIME = 6;
  public static final int SLOT_FORMAT = 7;
  public static final int SLOT_COLOR_FORMAT = 8;
  public static final int SLOT_MEM_TYPE = 9;
  public static final int SLOT_WIDTH = 10;
  public static final int SLOT_HEIGHT = 11;
  public static final int SLOT_SOURCE_WIDTH = 12;
  public static final int SLOT_SOURCE_HEIGHT = 13;
  public static final int SLOT_SOURCE_RECT = 14;
  public static final int SLOT_DESTINATION_RECT = 18;
  public static final int SLOT_MATRIX = 22;
  public static final int SLOT_HAS_GEOMETRY = 28;
  public static final int SLOT_N_PLANES = 29;
  public static final int SLOT_PLANES = 30;
  public static final int SLOT_ARRIVAL = 46;
  public static final int SLOT_PARENT_ID = 47;
  public static final int SLOT_ROI_ID = 48;
  public static final int SLOT_ROI_INDEX = 49;
  public static final int SLOT_N_ROIS = 50;
  public static final int SLOT_NUMBERS = 51;

  private SavantAPI() {}

  /** Binds every function; one that is missing is an UnsatisfiedLinkError. */
  static void bind(NativeLibrary library) {
    Native.register(SavantAPI.class, library);
  }

  public static native String savant_version();

  public static native String savant_last_error();

  public static native String savant_backends();

  public static native int savant_buffer_ref(long buffer);

  public static native int savant_buffer_unref(long buffer);

  public static native int savant_buffer_get_times(long buffer, long[] times);

  public static native int savant_buffer_set_times(long buffer, long pts, long duration);

  public static native int savant_buffer_copy_slot(
      long buffer, int slot, ByteBuffer data, long size);

  public static native int savant_buffer_surface_info(long buffer, int slot, long[] info);

  public static native int savant_buffer_plane_info(long buffer, int slot, int plane, long[] info);

  public static native int savant_buffer_get_ids(
      long buffer, int[] kinds, long[] ids, int capacity);

  public static native int savant_buffer_set_ids(long buffer, int[] kinds, long[] ids, int count);

  public static native int savant_buffer_get_geometry(
      long buffer, int slot, int[] rects, double[] matrix);

  public static native int savant_buffer_get_batch(long buffer, long[] numbers, int capacity);

  public static native int savant_buffer_get_rois(long buffer, long[] numbers, int capacity);

  public static native int savant_buffer_read_counter(long buffer, int slot, int[] id);

  public static native int savant_puller_new(long appSink, long[] puller);

  public static native int savant_puller_pull(
      long puller, long timeoutNs, long[] numbers, int capacity);

  public static native int savant_puller_read(long puller, long[] numbers, int capacity);

  public static native int savant_puller_copy_slot(
      long puller, int slot, ByteBuffer data, long size);

  public static native int savant_puller_read_counter(long puller, int slot, int[] id);

  public static native int savant_puller_release(long puller);

  public static native void savant_puller_stop(long puller);

  public static native void savant_puller_free(long puller);

  public static native int savant_buffer_set_pts(long buffer, long pts);

  public static native int savant_buffer_set_duration(long buffer, long duration);

  public static native int savant_buffer_set_num_filled(long buffer, int count);

  public static native int savant_buffer_add_aliases(long buffer, int n);

  public static native int savant_buffer_exports(long buffer);

  public static native int savant_buffer_release_export(long buffer);

  public static native int savant_view_info(
      long buffer, int slot, int plane, int anySlot, int takeRef, long[] info);

  public static native int savant_view_fill(
      long buffer, int slot, int plane, long stream, int color, int channels);

  public static native int savant_view_memset(
      long buffer, int slot, int plane, long stream, int value);

  public static native int savant_view_upload(
      long buffer, int slot, int plane, long stream, ByteBuffer data, long size);

  public static native int savant_view_upload(
      long buffer, int slot, int plane, long stream, byte[] data, long size);

  public static native int savant_view_download(
      long buffer, int slot, int plane, long stream, ByteBuffer data, long size);

  public static native int savant_view_download(
      long buffer, int slot, int plane, long stream, byte[] data, long size);

  public static native int savant_pool_new(
      String backend,
      int format,
      int width,
      int height,
      int batchSize,
      int memType,
      int gpuId,
      int poolSize,
      long[] pool);

  public static native void savant_pool_free(long pool);

  public static native void savant_pool_stop(long pool);

  public static native int savant_pool_stats(long pool, long[] stats);

  public static native int savant_pool_mem_type(long pool);

  public static native int savant_pool_owns(long pool, long buffer);

  public static native int savant_pool_acquire_frame(
      long pool, long timeoutNs, long pts, long duration, int hasId, long id, long[] buffer);

  public static native int savant_pool_transform(
      long pool, long timeoutNs, long[] job, int[] config, int hasId, long id, long[] buffer);

  public static native int savant_slots_acquire(
      long pool, long timeoutNs, int[] config, int[] kinds, long[] ids, int count, long[] out);

  public static native int savant_slots_transform(long slots, long[] jobs, int count);

  public static native int savant_slots_upload(long slots, int slot, ByteBuffer data, long size);

  public static native int savant_slots_upload(long slots, int slot, byte[] data, long size);

  public static native int savant_slots_memset(long slots, int slot, int value);

  public static native int savant_slots_mark_filled(long slots, int slot);

  public static native int savant_slots_num_filled(long slots);

  public static native int savant_slots_filled(long slots, long[] words);

  public static native int savant_slots_finalize(long slots);

  public static native void savant_slots_free(long slots);

  public static native int savant_collection_new(int gpuId, long[] collection);

  public static native int savant_collection_add(
      long collection, long buffer, int slot, int anySlot);

  public static native int savant_collection_finalize(
      long collection, int[] kinds, long[] ids, int count, long[] buffer);

  public static native void savant_collection_free(long collection);

  public static native int savant_app_src_push(long appSrc, long buffer, int[] flow);

  public static native int savant_app_src_end_of_stream(long appSrc);

  public static native int savant_buffer_wrap_memory(
      long data,
      long pitch,
      int width,
      int height,
      int format,
      int memType,
      int gpuId,
      int readOnly,
      long owner,
      long[] buffer);

  public static native int savant_released_owners(long[] owners, int capacity);

  public static native int savant_buffer_to_dlpack(long buffer, int slot, int plane, long[] tensor);

  public static native int savant_buffer_from_dlpack(long tensor, long[] buffer);

  public static native int savant_dlpack_delete(long tensor);

  /**
   * Passes a count or OK through and turns a failure into its exception.
   *
   * @param status what a function returned on this thread, just now
   * @param call the function's name, for the message
   * @return status, 0 or more
   * @throws IllegalArgumentException if it is INVALID_ARGUMENT
   * @throws SavantException if it is another failure
   */
  public static int check(int status, String call) {
    if (status >= 0) {
      return status;
    }
    String text = savant_last_error();
    if (status == INVALID_ARGUMENT) {
      throw new IllegalArgumentException(text);
    }
    throw new SavantException(status, call + ": " + text);
  }
}
