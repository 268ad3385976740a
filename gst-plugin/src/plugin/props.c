/* SPDX-License-Identifier: Apache-2.0 */
#include "props.h"

#include "check.h"

#include "enums.h"

gboolean
sv_placing_set (SavantTransformConfig *config, gboolean *use_par, guint prop,
    const GValue *value)
{
  switch (prop) {
    case SV_PLACING_PADDING:
      config->padding = (SavantPadding) g_value_get_enum (value);
      return TRUE;
    case SV_PLACING_PAD_LEFT:
      config->pad_left = g_value_get_int (value);
      return TRUE;
    case SV_PLACING_PAD_TOP:
      config->pad_top = g_value_get_int (value);
      return TRUE;
    case SV_PLACING_PAD_RIGHT:
      config->pad_right = g_value_get_int (value);
      return TRUE;
    case SV_PLACING_PAD_BOTTOM:
      config->pad_bottom = g_value_get_int (value);
      return TRUE;
    case SV_PLACING_PAD_COLOR:
      config->pad_color = g_value_get_uint (value);
      return TRUE;
    case SV_PLACING_INTERPOLATION:
      config->interpolation = (SavantInterpolation) g_value_get_enum (value);
      return TRUE;
    case SV_PLACING_USE_PAR:
      *use_par = g_value_get_boolean (value);
      return TRUE;
    case SV_PLACING_COMPUTE_MODE:
      config->compute_mode = (SavantComputeMode) g_value_get_enum (value);
      return TRUE;
    case SV_PLACING_N_THREADS:
      config->n_threads = g_value_get_int (value);
      return TRUE;
    default:
      return FALSE;
  }
}

gboolean
sv_placing_get (const SavantTransformConfig *config, gboolean use_par,
    guint prop, GValue *value)
{
  switch (prop) {
    case SV_PLACING_PADDING:
      g_value_set_enum (value, (gint) config->padding);
      return TRUE;
    case SV_PLACING_PAD_LEFT:
      g_value_set_int (value, config->pad_left);
      return TRUE;
    case SV_PLACING_PAD_TOP:
      g_value_set_int (value, config->pad_top);
      return TRUE;
    case SV_PLACING_PAD_RIGHT:
      g_value_set_int (value, config->pad_right);
      return TRUE;
    case SV_PLACING_PAD_BOTTOM:
      g_value_set_int (value, config->pad_bottom);
      return TRUE;
    case SV_PLACING_PAD_COLOR:
      g_value_set_uint (value, config->pad_color);
      return TRUE;
    case SV_PLACING_INTERPOLATION:
      g_value_set_enum (value, (gint) config->interpolation);
      return TRUE;
    case SV_PLACING_USE_PAR:
      g_value_set_boolean (value, use_par);
      return TRUE;
    case SV_PLACING_COMPUTE_MODE:
      g_value_set_enum (value, (gint) config->compute_mode);
      return TRUE;
    case SV_PLACING_N_THREADS:
      g_value_set_int (value, config->n_threads);
      return TRUE;
    default:
      return FALSE;
  }
}

gboolean
sv_flip_is_quarter_turn (SavantFlip flip)
{
  return flip == SAVANT_FLIP_ROTATE_90 || flip == SAVANT_FLIP_ROTATE_270
      || flip == SAVANT_FLIP_TRANSPOSE || flip == SAVANT_FLIP_INVERSE_TRANSPOSE;
}

void
sv_placing_set_par (SavantTransformConfig *config, gint in_n, gint in_d,
    gint out_n, gint out_d)
{
  config->par_n = config->par_d = 1;
  if (in_n < 1 || in_d < 1)
    return;
  if (sv_flip_is_quarter_turn (config->flip)) {
    gint swap = in_n;

    in_n = in_d;
    in_d = swap;
  }
  if (!gst_util_fraction_multiply (in_n, in_d, out_d, out_n, &config->par_n,
          &config->par_d)
      || config->par_n < 1 || config->par_d < 1)
    config->par_n = config->par_d = 1;
}

void
sv_install_number (GObjectClass *klass, guint id, const gchar *name,
    const gchar *nick, const gchar *blurb)
{
  g_object_class_install_property (klass, id,
      g_param_spec_int (name, nick, blurb, 0, SAVANT_MAX_SIDE, 0,
          SV_FLAGS_NUMBER));
}

static void
install_placing_properties (GObjectClass *klass, guint first)
{
  /**
   * padding:
   *
   * How the picture fills the output: stretched, or with its aspect ratio and
   * bars. The rectangle is the one of savant_letterbox().
   */
  g_object_class_install_property (klass, first + SV_PLACING_PADDING,
      g_param_spec_enum ("padding", "Padding",
          "How the picture fills the output. Takes effect with the next "
          "buffer",
          GST_TYPE_SAVANT_PADDING, SAVANT_PADDING_SYMMETRIC, SV_FLAGS_PLAYING));
  /**
   * pad-left:
   *
   * The dst padding: pixels of the output that stay bars on a side, whatever
   * the padding mode is.
   */
  sv_install_number (klass, first + SV_PLACING_PAD_LEFT, "pad-left", "Pad left",
      "Pixels of the output that always stay a bar on the left. If any pad-* "
      "is above 0, at least 16 pixels must remain on both axes. Takes effect "
      "with the next buffer");
  sv_install_number (klass, first + SV_PLACING_PAD_TOP, "pad-top", "Pad top",
      "Pixels of the output that always stay a bar at the top; see pad-left");
  sv_install_number (klass, first + SV_PLACING_PAD_RIGHT, "pad-right",
      "Pad right",
      "Pixels of the output that always stay a bar on the right; see "
      "pad-left");
  sv_install_number (klass, first + SV_PLACING_PAD_BOTTOM, "pad-bottom",
      "Pad bottom",
      "Pixels of the output that always stay a bar at the bottom; see "
      "pad-left");
  /**
   * pad-color:
   *
   * Colour of all bars. Alpha and x bytes of bars are 255.
   */
  g_object_class_install_property (klass, first + SV_PLACING_PAD_COLOR,
      g_param_spec_uint ("pad-color", "Pad colour",
          "Colour of the bars as 0xRRGGBB, full range, converted as a pixel "
          "of the output would be; alpha and x bytes are 255. 0 = black. "
          "Takes effect with the next buffer",
          0, 0xffffff, 0, SV_FLAGS_NUMBER));
  /**
   * use-par:
   *
   * Whether pixel-aspect-ratio of both caps counts for the aspect ratio.
   */
  g_object_class_install_property (klass, first + SV_PLACING_USE_PAR,
      g_param_spec_boolean ("use-par", "Use PAR",
          "Keep the aspect ratio as displayed, by the pixel-aspect-ratio of "
          "both caps; false = of the pixels. Takes effect with the next "
          "buffer",
          TRUE, SV_FLAGS_PLAYING));
}

static void
install_picture_properties (GObjectClass *klass, guint first)
{
  /**
   * interpolation:
   *
   * The filter; it is not widened when shrinking, except super and nicest.
   */
  g_object_class_install_property (klass, first + SV_PLACING_INTERPOLATION,
      g_param_spec_enum ("interpolation", "Interpolation",
          "Filter for scaling. Takes effect with the next buffer",
          GST_TYPE_SAVANT_INTERPOLATION, SAVANT_INTERPOLATION_BILINEAR,
          SV_FLAGS_PLAYING));
  /**
   * compute-mode:
   *
   * The engine; one that the backend lacks is an error at NULL to READY.
   */
  g_object_class_install_property (klass, first + SV_PLACING_COMPUTE_MODE,
      g_param_spec_enum ("compute-mode", "Compute mode",
          "Which engine computes; the host backend has default only",
          GST_TYPE_SAVANT_COMPUTE_MODE, SAVANT_COMPUTE_DEFAULT,
          SV_FLAGS_READY));
  /**
   * n-threads:
   *
   * How many threads share a picture or batch on the CPU. All elements of a
   * process take their helpers from one set of threads.
   */
  g_object_class_install_property (klass, first + SV_PLACING_N_THREADS,
      g_param_spec_int ("n-threads", "Threads",
          "Threads of the CPU that share a picture or batch, 0 = one a "
          "processor; the pixels are the same. Takes effect with the next "
          "buffer. No meaning where the GPU computes",
          0, SAVANT_MAX_THREADS, 1, SV_FLAGS_PLAYING));
}

void
sv_placing_install (GObjectClass *klass, guint first)
{
  install_placing_properties (klass, first);
  install_picture_properties (klass, first);
}

void
sv_install_memory_properties (GObjectClass *klass, guint first,
    const gchar *pool_size_blurb)
{
  /**
   * gpu-id:
   *
   * The GPU of the output surfaces.
   */
  g_object_class_install_property (klass, first,
      g_param_spec_int ("gpu-id", "GPU id",
          "GPU of the output surfaces, -1 = the input's; no meaning on the "
          "host backend",
          -1, G_MAXINT, -1, SV_FLAGS_READY));
  /**
   * mem-type:
   *
   * Where output surfaces lie; plain video/x-raw is always system memory.
   */
  g_object_class_install_property (klass, first + 1,
      g_param_spec_enum ("mem-type", "Memory type",
          "Memory of the output surfaces; one that this machine lacks is an "
          "error at NULL to READY",
          GST_TYPE_SAVANT_MEM_TYPE, SAVANT_MEM_DEFAULT, SV_FLAGS_READY));
  /**
   * pool-size:
   *
   * The fixed maximum of output buffers. An empty pool makes the stream wait.
   */
  g_object_class_install_property (klass, first + 2,
      g_param_spec_uint ("pool-size", "Pool size", pool_size_blurb, 0,
          SV_MAX_POOL_SIZE, 0, SV_FLAGS_READY));
  /**
   * backend:
   *
   * The backend that computes; see the property backends.
   */
  g_object_class_install_property (klass, first + 3,
      g_param_spec_string ("backend", "Backend",
          "Name of the backend that computes, from the property backends; "
          "auto = the environment's SAVANT_BACKEND or the best one. One that "
          "does not work here is an error at NULL to READY",
          "auto", SV_FLAGS_READY));
  /**
   * backends:
   *
   * The backends of this build, comma separated, each with the reason in
   * parentheses if it cannot work here.
   */
  g_object_class_install_property (klass, first + 4,
      g_param_spec_string ("backends", "Backends",
          "Backends of this build, comma separated; one that does not work "
          "here is followed by the reason in parentheses",
          NULL, SV_FLAGS_READ));
  /**
   * peer-copy:
   *
   * Whether pictures may come from other GPUs than the output's.
   */
  g_object_class_install_property (klass, first + 5,
      g_param_spec_boolean ("peer-copy", "Peer copy",
          "Whether surfaces of another GPU than the output's are taken: they "
          "are copied to it, peer to peer where the machine can. Otherwise "
          "they are refused, at negotiation where caps name their gpu-id. No "
          "meaning on the host backend and for batches that hold their "
          "sources' memory",
          FALSE, SV_FLAGS_READY));
}

void
sv_memory_init (SvMemorySettings *memory)
{
  *memory = (SvMemorySettings){ .gpu_id = -1, .backend = g_strdup ("auto") };
}

void
sv_memory_clear (SvMemorySettings *memory)
{
  g_clear_pointer (&memory->backend, g_free);
}

gchar *
sv_memory_read (const SvMemorySettings *memory, pthread_mutex_t *lock,
    SavantMemType *mem_type, gint *gpu_id)
{
  gchar *backend;

  pthread_mutex_lock (lock);
  backend = g_strdup (memory->backend);
  *mem_type = memory->mem_type;
  *gpu_id = memory->gpu_id;
  pthread_mutex_unlock (lock);
  return backend;
}

gboolean
sv_memory_set (SvMemorySettings *memory, guint prop, const GValue *value)
{
  switch (prop) {
    case SV_MEMORY_GPU_ID:
      memory->gpu_id = g_value_get_int (value);
      return TRUE;
    case SV_MEMORY_MEM_TYPE:
      memory->mem_type = (SavantMemType) g_value_get_enum (value);
      return TRUE;
    case SV_MEMORY_POOL_SIZE:
      memory->pool_size = g_value_get_uint (value);
      return TRUE;
    case SV_MEMORY_BACKEND:
      g_free (memory->backend);
      memory->backend = g_value_dup_string (value);
      return TRUE;
    case SV_MEMORY_PEER_COPY:
      memory->peer_copy = g_value_get_boolean (value);
      return TRUE;
    default:
      return FALSE;
  }
}

gboolean
sv_memory_get (const SvMemorySettings *memory, guint prop, GValue *value)
{
  switch (prop) {
    case SV_MEMORY_GPU_ID:
      g_value_set_int (value, memory->gpu_id);
      return TRUE;
    case SV_MEMORY_MEM_TYPE:
      g_value_set_enum (value, (gint) memory->mem_type);
      return TRUE;
    case SV_MEMORY_POOL_SIZE:
      g_value_set_uint (value, memory->pool_size);
      return TRUE;
    case SV_MEMORY_BACKEND:
      g_value_set_string (value, memory->backend);
      return TRUE;
    case SV_MEMORY_BACKENDS:
      g_value_take_string (value, sv_check_backends ());
      return TRUE;
    case SV_MEMORY_PEER_COPY:
      g_value_set_boolean (value, memory->peer_copy);
      return TRUE;
    default:
      return FALSE;
  }
}
