/* SPDX-License-Identifier: Apache-2.0 */
#include "gstsavantbatch.h"
#include "plugin.h"

/* Pinned memory, from which frames are uploaded fastest, where there is any. */
static void
offer_frame_memory (GstSavantBatch *self, GstQuery *query)
{
  GstAllocator *allocator = NULL;
  GstAllocationParams params;
  SavantMemType mem_type;
  gchar *backend;
  gint gpu_id;

  backend = sv_memory_read (&self->memory, &self->lock, &mem_type, &gpu_id);
  if (mem_type != SAVANT_MEM_SYSTEM)
    allocator = gst_savant_frame_allocator_new (backend, MAX (gpu_id, 0));
  g_free (backend);
  if (allocator == NULL)
    return;
  gst_allocation_params_init (&params);
  gst_query_add_allocation_param (query, allocator, &params);
  gst_object_unref (allocator);
}

/* A frame may wait here, in each place of the queue and in the task. */
static gboolean
answer_allocation (GstSavantBatch *self, GstSavantBatchPad *pad,
    GstQuery *query)
{
  GstSavantFrameInfo info;
  gboolean need_pool;
  GstCaps *caps;
  guint max_queued, kept = (guint) savant_transform_max_kept (self->transform);

  gst_query_parse_allocation (query, &caps, &need_pool);
  if (caps == NULL || !gst_savant_frame_info_from_caps (&info, caps))
    return FALSE;
  pthread_mutex_lock (&self->lock);
  max_queued = pad->max_queued;
  pthread_mutex_unlock (&self->lock);
  if (!info.nvmm) {
    if (!info.cuda_memory)
      offer_frame_memory (self, query);
    gst_query_add_allocation_pool (query, NULL,
        (guint) GST_VIDEO_INFO_SIZE (&info.video), max_queued + 2, 0);
    gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  } else if (kept > 0) {
    /* Surfaces of others are held back until a GPU has read them. */
    gst_query_add_allocation_pool (query, NULL,
        (guint) GST_VIDEO_INFO_SIZE (&info.video), kept, 0);
  }
  return TRUE;
}

static gboolean
is_cuda_memory (GstQuery *query)
{
  GstSavantFrameInfo info;
  GstCaps *caps;

  gst_query_parse_accept_caps (query, &caps);
  return gst_savant_frame_info_from_caps (&info, caps) && info.cuda_memory;
}

gboolean
sv_batch_sink_query (GstPad *gstpad, GstObject *parent, GstQuery *query)
{
  GstSavantBatch *self = GST_SAVANT_BATCH (parent);

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:
      sv_batch_answer_caps (query, sv_batch_sink_caps (self));
      return TRUE;
    case GST_QUERY_ALLOCATION:
      return answer_allocation (self, (GstSavantBatchPad *) gstpad, query);
    case GST_QUERY_ACCEPT_CAPS:
      /* What cannot be used ends this pad only, see take_caps(), whose error
       * tells more than a refusal. */
      if (sv_batch_on_pad_error (self) != SV_PAD_ERROR_DROP_PAD
          && !is_cuda_memory (query))
        return gst_pad_query_default (gstpad, parent, query);
      gst_query_set_accept_caps_result (query, TRUE);
      return TRUE;
    case GST_QUERY_DRAIN:
      return FALSE;
    default:
      return gst_pad_query_default (gstpad, parent, query);
  }
}
