/* SPDX-License-Identifier: Apache-2.0 */
#include "dsmeta.h"

#include <pthread.h>

#include "backend/deepstream/open.h"
#include "plugin.h"

#define GST_CAT_DEFAULT gst_savant_debug

#define AT(type, field, at) \
  _Static_assert (offsetof (type, field) == (at), #type "." #field)

_Static_assert (sizeof (SvDsBaseMeta) == 40, "SvDsBaseMeta");
AT (SvDsBaseMeta, meta_type, 8);
AT (SvDsBaseMeta, context, 16);
AT (SvDsBaseMeta, copy_func, 24);
AT (SvDsBaseMeta, release_func, 32);
AT (SvDsBatchMeta, max_frames, 40);
AT (SvDsBatchMeta, num_frames, 44);
AT (SvDsBatchMeta, pools, 48);
AT (SvDsBatchMeta, frames, 96);
AT (SvDsBatchMeta, user_metas, 104);
AT (SvDsFrameMeta, pad_index, 40);
AT (SvDsFrameMeta, batch_id, 44);
AT (SvDsFrameMeta, frame_num, 48);
AT (SvDsFrameMeta, pts, 56);
AT (SvDsFrameMeta, ntp, 64);
AT (SvDsFrameMeta, source_id, 72);
AT (SvDsFrameMeta, surfaces_per_frame, 76);
AT (SvDsFrameMeta, source_width, 80);
AT (SvDsFrameMeta, source_height, 84);
AT (SvDsFrameMeta, surface_type, 88);
AT (SvDsFrameMeta, surface_index, 92);
AT (SvDsGstMeta, data, 16);
AT (SvDsGstMeta, user_data, 24);
AT (SvDsGstMeta, type, 32);

enum
{
  META,
  GST_META,
  HELPER,
  N_LIBRARIES
};

static const char *const names[N_LIBRARIES] = { "libnvds_meta.so",
  "libnvdsgst_meta.so", "libnvdsgst_helper.so" };

static pthread_once_t opened = PTHREAD_ONCE_INIT;
static SvDsMetaCalls calls;
static gboolean works;

static void
open_libraries (void)
{
  gpointer handles[N_LIBRARIES];
  char reason[512];

  for (guint i = 0; i < N_LIBRARIES; i++) {
    handles[i] = sv_ds_open (names[i], reason, sizeof reason);
    if (handles[i] == NULL) {
      GST_INFO ("no DeepStream metadata in batches: %s", reason);
      return;
    }
  }
#define LOAD(name, library, symbol, type, params)                              \
  *(void **) &calls.name = dlsym (handles[library], symbol);                   \
  if (calls.name == NULL) {                                                    \
    GST_WARNING ("no DeepStream metadata in batches: %s has no %s, it is of "  \
                 "an unknown version",                                         \
        names[library], symbol);                                               \
    return;                                                                    \
  }
  SV_DS_META_CALLS (LOAD)
#undef LOAD
#define LOAD(name, library, symbol, type, params) \
  *(void **) &calls.name = dlsym (handles[library], symbol);
  SV_DS_META_OPTIONAL_CALLS (LOAD)
#undef LOAD
  /* The library's metas are not found before their type is known. */
  calls.api_type ();
  works = TRUE;
}

const SvDsMetaCalls *
sv_ds_meta (void)
{
  pthread_once (&opened, open_libraries);
  return works ? &calls : NULL;
}

static gboolean
has_name (GstEvent *event, const gchar *prefix)
{
  const GstStructure *s = gst_event_get_structure (event);

  return s != NULL && g_str_has_prefix (gst_structure_get_name (s), prefix);
}

gboolean
sv_ds_is_stream_event (GstEvent *event)
{
  return has_name (event, "nv-pad-") || has_name (event, "nv-stream-")
      || has_name (event, "update-caps")
      || (GST_EVENT_TYPE (event) == GST_EVENT_SINK_MESSAGE
          && has_name (event, "stream-eos"));
}

gboolean
sv_ds_is_reset_event (GstEvent *event)
{
  return has_name (event, "nv-stream-reset");
}
