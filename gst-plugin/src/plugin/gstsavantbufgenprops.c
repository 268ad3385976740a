/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantbufgen.h"

#include "check.h"

#define DEFAULT_POOL_SIZE 0
#define DEFAULT_MEM_TYPE SAVANT_MEM_DEFAULT
#define DEFAULT_GPU_ID 0
#define DEFAULT_PATTERN SV_PATTERN_NONE
#define DEFAULT_COLOR 0x808080
#define DEFAULT_FIRST_ID 0
#define DEFAULT_BACKEND "auto"
#define DEFAULT_IS_LIVE FALSE
#define DEFAULT_ACQUIRE_TIMEOUT -1
#define DEFAULT_STARVATION_WARNING (5 * GST_SECOND)

enum
{
  PROP_0,
  PROP_POOL_SIZE,
  PROP_MEM_TYPE,
  PROP_GPU_ID,
  PROP_PATTERN,
  PROP_COLOR,
  PROP_FIRST_ID,
  PROP_BACKEND,
  PROP_IS_LIVE,
  PROP_ACQUIRE_TIMEOUT,
  PROP_STARVATION_WARNING,
  PROP_STATS,
  PROP_BACKENDS
};

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstSavantBufgen *self = GST_SAVANT_BUFGEN (object);
  SvBufgenSettings *settings = &self->settings;

  if (id == PROP_IS_LIVE) {
    gst_base_src_set_live (GST_BASE_SRC (self), g_value_get_boolean (value));
    return;
  }
  pthread_mutex_lock (&self->lock);
  switch (id) {
    case PROP_POOL_SIZE:
      settings->pool_size = g_value_get_uint (value);
      break;
    case PROP_MEM_TYPE:
      settings->mem_type = g_value_get_enum (value);
      break;
    case PROP_GPU_ID:
      settings->gpu_id = g_value_get_int (value);
      break;
    case PROP_PATTERN:
      settings->pattern = g_value_get_enum (value);
      break;
    case PROP_COLOR:
      settings->color = g_value_get_uint (value);
      break;
    case PROP_FIRST_ID:
      settings->first_id = g_value_get_int64 (value);
      break;
    case PROP_BACKEND:
      g_free (self->backend);
      self->backend = g_value_dup_string (value);
      break;
    case PROP_ACQUIRE_TIMEOUT:
      settings->acquire_timeout = g_value_get_int64 (value);
      break;
    case PROP_STARVATION_WARNING:
      settings->starvation_warning = g_value_get_uint64 (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  pthread_mutex_unlock (&self->lock);
}

/* Frame counts and pool figures of one moment. */
static GstStructure *
snapshot (GstSavantBufgen *self)
{
  GstSavantPoolStats figures;
  GstStructure *s, *pool;

  s = sv_flow_stats_to_structure (&self->stats);
  gst_structure_set (s, "starvations", G_TYPE_UINT64, self->starvations, NULL);
  if (self->pool != NULL && GST_IS_SAVANT_BUFFER_POOL (self->pool)) {
    gst_savant_buffer_pool_get_stats (GST_SAVANT_BUFFER_POOL (self->pool),
        &figures);
    pool = gst_savant_buffer_pool_stats_to_structure (&figures);
    gst_structure_set (s, "pool", GST_TYPE_STRUCTURE, pool, NULL);
    gst_structure_free (pool);
  }
  return s;
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstSavantBufgen *self = GST_SAVANT_BUFGEN (object);
  const SvBufgenSettings *settings = &self->settings;

  if (id == PROP_IS_LIVE) {
    g_value_set_boolean (value, gst_base_src_is_live (GST_BASE_SRC (self)));
    return;
  }
  pthread_mutex_lock (&self->lock);
  switch (id) {
    case PROP_POOL_SIZE:
      g_value_set_uint (value, settings->pool_size);
      break;
    case PROP_MEM_TYPE:
      g_value_set_enum (value, settings->mem_type);
      break;
    case PROP_GPU_ID:
      g_value_set_int (value, settings->gpu_id);
      break;
    case PROP_PATTERN:
      g_value_set_enum (value, settings->pattern);
      break;
    case PROP_COLOR:
      g_value_set_uint (value, settings->color);
      break;
    case PROP_FIRST_ID:
      g_value_set_int64 (value, settings->first_id);
      break;
    case PROP_BACKEND:
      g_value_set_string (value, self->backend);
      break;
    case PROP_ACQUIRE_TIMEOUT:
      g_value_set_int64 (value, settings->acquire_timeout);
      break;
    case PROP_STARVATION_WARNING:
      g_value_set_uint64 (value, settings->starvation_warning);
      break;
    case PROP_STATS:
      g_value_take_boxed (value, snapshot (self));
      break;
    case PROP_BACKENDS:
      g_value_take_string (value, sv_check_backends ());
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  pthread_mutex_unlock (&self->lock);
}

static void
install_memory_properties (GObjectClass *klass)
{
  const GParamFlags ready =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  /**
   * GstSavantBufgen:pool-size:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_POOL_SIZE,
      g_param_spec_uint ("pool-size", "Pool size",
          "Buffers that the pool holds at most, raised to the minimum that "
          "downstream's ALLOCATION answer asks for. 0 (default) = automatic: "
          "for surfaces 4 plus that minimum, for plain frames downstream's "
          "pool if it offers one, else no limit",
          0, 65536, DEFAULT_POOL_SIZE, ready));
  /**
   * GstSavantBufgen:mem-type:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_MEM_TYPE,
      g_param_spec_enum ("mem-type", "Memory type",
          "Memory of the surfaces under memory:NVMM caps; no effect on plain "
          "frames. A type that the backend lacks is an error at NULL to READY",
          GST_TYPE_SAVANT_MEM_TYPE, DEFAULT_MEM_TYPE, ready));
  /**
   * GstSavantBufgen:gpu-id:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_GPU_ID,
      g_param_spec_int ("gpu-id", "GPU id",
          "Number of the GPU whose memory the surfaces are made of, -1 = the "
          "first. No effect on the host backend",
          -1, G_MAXINT, DEFAULT_GPU_ID, ready));
  /**
   * GstSavantBufgen:backend:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_BACKEND,
      g_param_spec_string ("backend", "Backend",
          "What allocates and draws: a name from the property backends, or "
          "auto (default) = what the environment variable SAVANT_BACKEND "
          "names, else the best one here. A named one that is missing is an "
          "error at NULL to READY",
          DEFAULT_BACKEND, ready));
  /**
   * GstSavantBufgen:acquire-timeout:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_ACQUIRE_TIMEOUT,
      g_param_spec_int64 ("acquire-timeout", "Acquire timeout",
          "Nanoseconds to wait for a buffer when all of the pool are out; then "
          "the stream ends with an error. 0 = do not wait, -1 (default) = wait "
          "for ever",
          -1, G_MAXINT64, DEFAULT_ACQUIRE_TIMEOUT,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
              | GST_PARAM_MUTABLE_PLAYING));
  /**
   * GstSavantBufgen:starvation-warning:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_STARVATION_WARNING,
      g_param_spec_uint64 ("starvation-warning", "Starvation warning",
          "Nanoseconds without a free buffer after which an element message "
          "savant-starved (pool, outstanding, max, oldest-age-ns, waited-ns) "
          "is posted, again after each such time, and a warning the first "
          "time. 0 = never",
          0, G_MAXUINT64, DEFAULT_STARVATION_WARNING,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
              | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_content_properties (GObjectClass *klass)
{
  /**
   * GstSavantBufgen:pattern:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_PATTERN,
      g_param_spec_enum ("pattern", "Pattern",
          "What the frames show, in true colours for their format and "
          "colorimetry",
          GST_TYPE_SAVANT_PATTERN, DEFAULT_PATTERN,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
              | GST_PARAM_MUTABLE_PLAYING));
  /**
   * GstSavantBufgen:color:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_COLOR,
      g_param_spec_uint ("color", "Colour",
          "Colour of pattern=color as 0xRRGGBB, full range; alpha is 255. "
          "Default 0x808080, mid grey",
          0, 0xffffff, DEFAULT_COLOR,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING
              | GST_PARAM_CONTROLLABLE));
  /**
   * GstSavantBufgen:first-id:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_FIRST_ID,
      g_param_spec_int64 ("first-id", "First id",
          "Id of frame 0; frame n gets SavantIdMeta FRAME(first-id + n)", 0,
          G_MAXINT64, DEFAULT_FIRST_ID,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
              | GST_PARAM_MUTABLE_READY));
  /**
   * GstSavantBufgen:is-live:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_IS_LIVE,
      g_param_spec_boolean ("is-live", "Is live",
          "Make frames in PLAYING only and at the pace of the clock, as a "
          "camera does. Live frames cannot be seeked in",
          DEFAULT_IS_LIVE,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
              | GST_PARAM_MUTABLE_READY));
  /**
   * GstSavantBufgen:stats:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          SV_STATS_BLURB
          ". in counts buffers taken from the pool, out those pushed. Also "
          "starvations (guint64, messages savant-starved) and, while a pool of "
          "this element is in use, pool (GstStructure savant-pool-stats)",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  /**
   * GstSavantBufgen:backends:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_BACKENDS,
      g_param_spec_string ("backends", "Backends",
          "The backends of this build, comma separated, each with the reason "
          "in parentheses where it does not work on this machine",
          NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

void
sv_bufgen_install_properties (GObjectClass *klass)
{
  klass->set_property = set_property;
  klass->get_property = get_property;
  install_memory_properties (klass);
  install_content_properties (klass);
}

void
sv_bufgen_init_properties (GstSavantBufgen *self)
{
  self->settings = (SvBufgenSettings){ .pool_size = DEFAULT_POOL_SIZE,
    .mem_type = DEFAULT_MEM_TYPE,
    .gpu_id = DEFAULT_GPU_ID,
    .pattern = DEFAULT_PATTERN,
    .color = DEFAULT_COLOR,
    .first_id = DEFAULT_FIRST_ID,
    .acquire_timeout = DEFAULT_ACQUIRE_TIMEOUT,
    .starvation_warning = DEFAULT_STARVATION_WARNING };
  self->backend = g_strdup (DEFAULT_BACKEND);
  gst_base_src_set_live (GST_BASE_SRC (self), DEFAULT_IS_LIVE);
}
