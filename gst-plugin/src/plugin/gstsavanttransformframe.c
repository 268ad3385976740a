/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "gstsavanttransform.h"
#include "plugin.h"
#include "props.h"

#define GST_CAT_DEFAULT gst_savant_debug

/* ---- Plan -------------------------------------------------------------- */

static void
fill_par (const GstSavantTransform *self, SvTransformSettings *settings)
{
  gboolean counts = settings->use_par && self->in.uniform;

  sv_placing_set_par (&settings->config,
      counts ? GST_VIDEO_INFO_PAR_N (&self->in.video) : 0,
      GST_VIDEO_INFO_PAR_D (&self->in.video),
      GST_VIDEO_INFO_PAR_N (&self->out.video),
      GST_VIDEO_INFO_PAR_D (&self->out.video));
}

static gboolean
is_same_color (const GstVideoFormatInfo *finfo, const SavantColorimetry *a,
    const SavantColorimetry *b)
{
  if (GST_VIDEO_FORMAT_INFO_IS_GRAY (finfo))
    return TRUE;
  if (a->range != b->range)
    return FALSE;
  return !GST_VIDEO_FORMAT_INFO_IS_YUV (finfo)
      || (a->matrix == b->matrix && a->siting == b->siting);
}

/* Whether caps and settings leave every byte where it is. */
static gboolean
is_identity (const GstSavantTransform *self,
    const SvTransformSettings *settings)
{
  const GstVideoInfo *in = &self->in.video, *out = &self->out.video;
  const SavantTransformConfig *config = &settings->config;
  const SavantRect *crop = &settings->crop;
  gint w = GST_VIDEO_INFO_WIDTH (in), h = GST_VIDEO_INFO_HEIGHT (in);
  SavantRect rect;

  if (!self->out.uniform)
    return TRUE;
  if (!self->in.uniform || self->in.nvmm != self->out.nvmm
      || self->in.cuda_memory || self->in.batch_size != self->out.batch_size
      || GST_VIDEO_INFO_FORMAT (in) != GST_VIDEO_INFO_FORMAT (out)
      || w != GST_VIDEO_INFO_WIDTH (out) || h != GST_VIDEO_INFO_HEIGHT (out))
    return FALSE;
  /* Without a name, the colorimetry of a surface is known to itself only. */
  if (self->in.nvmm
      && self->in.colorimetry_named != self->out.colorimetry_named)
    return FALSE;
  if ((!self->in.nvmm || self->in.colorimetry_named)
      && !is_same_color (in->finfo, &self->in_color, &self->out_color))
    return FALSE;
  if (config->flip != SAVANT_FLIP_NONE || crop->x != 0 || crop->y != 0
      || (crop->w != 0 && crop->w != w) || (crop->h != 0 && crop->h != h))
    return FALSE;
  return savant_letterbox (config, w, h, w, h, &rect) == SAVANT_OK
      && rect.x == 0 && rect.y == 0 && rect.w == w && rect.h == h;
}

void
sv_transform_update_plan (GstSavantTransform *self)
{
  SvTransformPlan *plan = &self->plan;
  SavantFlip flip;

  pthread_mutex_lock (&self->lock);
  if (plan->valid && plan->serial == self->settings_serial) {
    pthread_mutex_unlock (&self->lock);
    return;
  }
  plan->settings = self->settings;
  plan->serial = self->settings_serial;
  plan->mem_type = self->memory.mem_type;
  plan->gpu_id = self->memory.gpu_id;
  flip = self->flip;
  pthread_mutex_unlock (&self->lock);

  plan->settings.config.flip = flip;
  fill_par (self, &plan->settings);
  plan->identity = is_identity (self, &plan->settings);
  plan->valid = TRUE;
}

gchar *
sv_transform_check_plan (GstSavantTransform *self)
{
  const SvTransformSettings *settings = &self->plan.settings;
  SavantFormat format =
      gst_savant_format_from_video (GST_VIDEO_INFO_FORMAT (&self->out.video));
  SavantRect source = settings->crop, rect;
  gint w = SAVANT_MIN_EFFECTIVE_SIDE, h = SAVANT_MIN_EFFECTIVE_SIDE;

  if (self->plan.identity)
    return NULL;
  if (!savant_format_is_output (format))
    return g_strdup_printf (
        "format %s is input only, output can be " GST_SAVANT_OUTPUT_FORMATS,
        GST_VIDEO_INFO_NAME (&self->out.video));
  if (self->in.uniform) {
    w = GST_VIDEO_INFO_WIDTH (&self->in.video);
    h = GST_VIDEO_INFO_HEIGHT (&self->in.video);
    if (savant_clip_source_rect (&source, w, h) == SAVANT_OK) {
      w = source.w;
      h = source.h;
    }
  }
  if (savant_letterbox (&settings->config, w, h,
          GST_VIDEO_INFO_WIDTH (&self->out.video),
          GST_VIDEO_INFO_HEIGHT (&self->out.video), &rect)
      != SAVANT_OK)
    return g_strdup (savant_last_error ());
  return NULL;
}

void
sv_transform_reserve (GstSavantTransform *self, gint n)
{
  if (n <= self->capacity)
    return;
  self->jobs = g_renew (SavantTransformJob, self->jobs, n);
  self->geometry = g_renew (GstSavantGeometry, self->geometry, n);
  self->capacity = n;
}

/* ---- Placing ----------------------------------------------------------- */

/* The rectangle that a meta gives; FALSE if none does. */
static gboolean
find_meta_rect (GstSavantTransform *self, GstBuffer *buffer, SavantRect *rect)
{
  SvCropSource source = self->plan.settings.crop_source;
  const GstVideoRegionOfInterestMeta *roi = NULL;
  const GstVideoCropMeta *crop = NULL;
  guint x, y, w, h;

  self->used_roi = NULL;
  if (source == SV_CROP_SOURCE_AUTO || source == SV_CROP_SOURCE_CROP_META)
    crop = gst_buffer_get_video_crop_meta (buffer);
  if (crop == NULL
      && (source == SV_CROP_SOURCE_AUTO || source == SV_CROP_SOURCE_ROI_META))
    roi = (const GstVideoRegionOfInterestMeta *) gst_buffer_get_meta (buffer,
        GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE);
  if (crop != NULL) {
    x = crop->x, y = crop->y, w = crop->width, h = crop->height;
  } else if (roi != NULL) {
    x = roi->x, y = roi->y, w = roi->w, h = roi->h;
    self->used_roi = roi;
  } else {
    return FALSE;
  }
  *rect = (SavantRect){ (gint) MIN (x, G_MAXINT), (gint) MIN (y, G_MAXINT),
    (gint) MIN (w, G_MAXINT), (gint) MIN (h, G_MAXINT) };
  return TRUE;
}

/* Once, until a rectangle lies inside again. Metas may well be empty. */
static void
warn_outside (GstSavantTransform *self, const SavantRect *rect, gint width,
    gint height)
{
  if (self->told_outside)
    return;
  self->told_outside = TRUE;
  GST_ELEMENT_WARNING (self, STREAM, FAILED,
      ("crop-left=%d crop-top=%d take nothing of the picture of %dx%d: its "
       "frames are dropped",
          rect->x, rect->y, width, height),
      ("crop-width=%d crop-height=%d", rect->w, rect->h));
}

/* The part of `rect` inside a picture, by roi-policy; clip drops what has none.
 * In a meta, a side of 0 is an empty rectangle; in the properties it reaches to
 * the edge. */
static GstFlowReturn
place_source (GstSavantTransform *self, SavantTransformJob *job,
    const SavantRect *rect, gboolean from_meta)
{
  SvRoiPolicy policy = self->plan.settings.roi_policy;
  gint width = job->src.width, height = job->src.height;
  gint64 right = (gint64) rect->x + rect->w;
  gint64 bottom = (gint64) rect->y + rect->h;
  gboolean whole, empty;

  if (!from_meta && rect->w == 0)
    right = width;
  if (!from_meta && rect->h == 0)
    bottom = height;
  whole = right <= width && bottom <= height;
  right = MIN (right, width);
  bottom = MIN (bottom, height);
  empty = right <= rect->x || bottom <= rect->y;
  if (!empty && (whole || policy == SV_ROI_CLIP)) {
    job->src_rect = (SavantRect){ rect->x, rect->y, (gint) right - rect->x,
      (gint) bottom - rect->y };
    return GST_FLOW_OK;
  }
  if (policy == SV_ROI_CLIP && !from_meta)
    warn_outside (self, rect, width, height);
  if (policy != SV_ROI_ERROR)
    return GST_BASE_TRANSFORM_FLOW_DROPPED;
  GST_ELEMENT_ERROR (self, STREAM, FAILED,
      ("The source rectangle left %d, top %d, width %d, height %d leaves the "
       "picture of %dx%d and roi-policy is error: correct the rectangle or "
       "use roi-policy=clip or skip",
          rect->x, rect->y, rect->w, rect->h, width, height),
      ("rectangle from %s",
          !from_meta                   ? "the crop properties"
              : self->used_roi != NULL ? "GstVideoRegionOfInterestMeta"
                                       : "GstVideoCropMeta"));
  return GST_FLOW_ERROR;
}

static gboolean
is_whole (const SavantRect *rect, gint w, gint h)
{
  return rect->x == 0 && rect->y == 0 && rect->w == w && rect->h == h;
}

static GstFlowReturn
place (GstSavantTransform *self, GstBuffer *inbuf)
{
  const SavantTransformConfig *config = &self->plan.settings.config;
  gint width = GST_VIDEO_INFO_WIDTH (&self->out.video);
  gint height = GST_VIDEO_INFO_HEIGHT (&self->out.video);
  SavantRect rect = self->plan.settings.crop;
  gboolean from_meta = find_meta_rect (self, inbuf, &rect);

  self->same_geometry = config->flip == SAVANT_FLIP_NONE;
  for (gint i = 0; i < self->n_jobs; i++) {
    SavantTransformJob *job = &self->jobs[i];
    GstFlowReturn ret = place_source (self, job, &rect, from_meta);

    if (ret != GST_FLOW_OK)
      return ret;
    if (savant_letterbox (config, job->src_rect.w, job->src_rect.h, width,
            height, &job->dst_rect)
        != SAVANT_OK) {
      GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS, ("%s", savant_last_error ()),
          ("%dx%d to %dx%d", job->src_rect.w, job->src_rect.h, width, height));
      return GST_FLOW_ERROR;
    }
    self->same_geometry = self->same_geometry && job->src.width == width
        && job->src.height == height && is_whole (&job->src_rect, width, height)
        && is_whole (&job->dst_rect, width, height);
  }
  self->told_outside = FALSE;
  return GST_FLOW_OK;
}

/* ---- Metas ------------------------------------------------------------- */

gboolean
sv_transform_transform_meta (GstBaseTransform *trans, GstBuffer *outbuf,
    GstMeta *meta, GstBuffer *inbuf)
{
  GstSavantTransform *self = GST_SAVANT_TRANSFORM (trans);
  GType api = meta->info->api;
  const gchar *const *tag = gst_meta_api_type_get_tags (api);

  (void) outbuf;
  (void) inbuf;
  /* These are written anew once the geometry is known. */
  if (api == GST_VIDEO_CROP_META_API_TYPE
      || api == GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE
      || api == GST_SAVANT_TRANSFORM_META_API_TYPE)
    return FALSE;
  for (; tag != NULL && *tag != NULL; tag++) {
    if (g_str_equal (*tag, GST_META_TAG_VIDEO_STR))
      continue;
    if (self->same_geometry
        && (g_str_equal (*tag, GST_META_TAG_VIDEO_SIZE_STR)
            || g_str_equal (*tag, GST_META_TAG_VIDEO_ORIENTATION_STR)))
      continue;
    return FALSE;
  }
  return TRUE;
}

/* Regions move with the picture; those wholly outside it are left out. */
static void
move_regions (GstSavantTransform *self, GstBuffer *inbuf, GstBuffer *outbuf,
    const GstSavantGeometry *geometry)
{
  const SavantRect *to = &geometry->destination;
  gpointer state = NULL;
  GstMeta *meta;

  while ((meta = gst_buffer_iterate_meta_filtered (inbuf, &state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))) {
    const GstVideoRegionOfInterestMeta *roi =
        (const GstVideoRegionOfInterestMeta *) meta;
    const gdouble box[4] = { roi->x, roi->y, roi->w, roi->h };
    GstVideoRegionOfInterestMeta *moved;
    gdouble b[4], left, top, right, bottom;

    if (meta == self->used_roi)
      continue;
    gst_savant_geometry_box_to_network (geometry, box, b);
    left = MAX (floor (b[0]), to->x);
    top = MAX (floor (b[1]), to->y);
    right = MIN (ceil (b[0] + b[2]), to->x + to->w);
    bottom = MIN (ceil (b[1] + b[3]), to->y + to->h);
    if (right <= left || bottom <= top)
      continue;
    moved = gst_buffer_add_video_region_of_interest_meta_id (outbuf,
        roi->roi_type, (guint) left, (guint) top, (guint) (right - left),
        (guint) (bottom - top));
    moved->id = roi->id;
    moved->parent_id = roi->parent_id;
    for (const GList *l = roi->params; l != NULL; l = l->next)
      gst_video_region_of_interest_meta_add_param (moved,
          gst_structure_copy ((const GstStructure *) l->data));
  }
}

static void
attach_geometry (GstSavantTransform *self, GstBuffer *inbuf, GstBuffer *outbuf)
{
  const GstSavantTransformMeta *before =
      gst_buffer_get_savant_transform_meta (inbuf);
  gint n = self->n_jobs;

  for (gint i = 0; i < n; i++) {
    const SavantTransformJob *job = &self->jobs[i];

    gst_savant_geometry_init (&self->geometry[i], job->src.width,
        job->src.height, &job->src_rect, &job->dst_rect,
        self->plan.settings.config.flip);
  }
  pthread_mutex_lock (&self->lock);
  self->has_geometry = n == 1;
  if (n == 1)
    self->last_geometry = self->geometry[0];
  pthread_mutex_unlock (&self->lock);
  if (n == 1)
    move_regions (self, inbuf, outbuf, &self->geometry[0]);
  for (gint i = 0; before != NULL && i < n && i < (gint) before->n_slots; i++)
    gst_savant_geometry_compose (&before->slots[i], &self->geometry[i],
        &self->geometry[i]);
  if (n > 0)
    gst_buffer_set_savant_transform_meta (outbuf, self->geometry, (guint) n);
}

/* ---- Running ----------------------------------------------------------- */

/* Of an opened and placed input. */
GstFlowReturn
sv_transform_transform (GstBaseTransform *trans, GstBuffer *inbuf,
    GstBuffer *outbuf)
{
  GstSavantTransform *self = GST_SAVANT_TRANSFORM (trans);
  SvMappedFrame out_frame;
  gint status;

  if (!sv_transform_open_output (self, outbuf, &out_frame))
    return GST_FLOW_ERROR;
  status = savant_transform_run (self->transform, &self->plan.settings.config,
      self->jobs, self->n_jobs);
  sv_unmap_plain (&out_frame);
  if (status != SAVANT_OK) {
    GST_ELEMENT_ERROR (self, LIBRARY, FAILED,
        ("Transform failed: %s", savant_last_error ()),
        ("%s, backends: %s", savant_status_name (status), savant_backends ()));
    return GST_FLOW_ERROR;
  }
  savant_transform_keep (self->transform, gst_buffer_ref (inbuf),
      (void (*) (void *)) gst_buffer_unref);
  attach_geometry (self, inbuf, outbuf);
  return GST_FLOW_OK;
}

/* Downstream learns that there is nothing for this time. */
static void
push_gap (GstBaseTransform *trans, GstBuffer *buffer)
{
  GST_DEBUG_OBJECT (trans, "rectangle outside, dropping %" GST_PTR_FORMAT,
      buffer);
  if (GST_BUFFER_PTS_IS_VALID (buffer))
    gst_pad_push_event (trans->srcpad,
        gst_event_new_gap (GST_BUFFER_PTS (buffer),
            GST_BUFFER_DURATION (buffer)));
}

static GstFlowReturn
convert (GstSavantTransform *self, GstBuffer *inbuf, GstBuffer **outbuf)
{
  GstBaseTransform *trans = GST_BASE_TRANSFORM (self);
  GstFlowReturn ret = sv_transform_open_input (self, inbuf);

  if (ret == GST_FLOW_OK)
    ret = place (self, inbuf);
  if (ret == GST_BASE_TRANSFORM_FLOW_DROPPED) {
    self->outcome = SV_OUTCOME_ROI;
    push_gap (trans, inbuf);
  }
  if (ret == GST_FLOW_OK)
    ret = sv_transform_acquire (self,
        self->n_jobs > 0 ? &self->jobs[0].src : NULL, outbuf);
  if (ret == GST_FLOW_OK) {
    GST_BASE_TRANSFORM_GET_CLASS (trans)->copy_metadata (trans, inbuf, *outbuf);
    ret = sv_transform_transform (trans, inbuf, *outbuf);
  }
  if (ret != GST_FLOW_OK)
    gst_clear_buffer (outbuf);
  sv_unmap_plain (&self->in_frame);
  return ret;
}

static gboolean
is_whole_picture (GstSavantTransform *self, GstBuffer *buffer,
    const SavantRect *rect)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  gint w = GST_VIDEO_INFO_WIDTH (&self->in.video);
  gint h = GST_VIDEO_INFO_HEIGHT (&self->in.video);

  if (meta != NULL && ((gint) meta->width != w || (gint) meta->height != h))
    return FALSE;
  return is_whole (rect, w, h);
}

/* Whether the memory is of the kind that the properties ask for. */
static gboolean
is_wanted_memory (GstSavantTransform *self, GstBuffer *buffer)
{
  const SvTransformPlan *plan = &self->plan;
  gpointer surface;
  SavantMemType mem_type;

  if (!self->in.nvmm
      || (plan->mem_type == SAVANT_MEM_DEFAULT && plan->gpu_id < 0))
    return TRUE;
  surface = gst_savant_buffer_peek_surface (buffer);
  if (surface == NULL)
    return FALSE;
  mem_type = gst_savant_surface_get_mem_type (surface);
  if (plan->mem_type != SAVANT_MEM_DEFAULT && plan->mem_type != mem_type)
    return FALSE;
  return mem_type == SAVANT_MEM_SYSTEM || plan->gpu_id < 0
      || plan->gpu_id == gst_savant_surface_get_gpu_id (surface);
}

static gboolean
passes_untouched (GstSavantTransform *self, GstBuffer *buffer)
{
  SavantRect rect;

  if (!self->plan.identity)
    return FALSE;
  /* A non-uniform batch comes out as it is or with one size for all. */
  if (self->out.uniform
      && ((find_meta_rect (self, buffer, &rect)
              && !is_whole_picture (self, buffer, &rect))
          || !is_wanted_memory (self, buffer)))
    return FALSE;
  pthread_mutex_lock (&self->lock);
  self->has_geometry = FALSE;
  pthread_mutex_unlock (&self->lock);
  return TRUE;
}

GstFlowReturn
sv_transform_generate_output (GstBaseTransform *trans, GstBuffer **outbuf)
{
  GstSavantTransform *self = GST_SAVANT_TRANSFORM (trans);
  GstBuffer *inbuf = trans->queued_buf;
  GstFlowReturn ret = GST_FLOW_OK;

  *outbuf = NULL;
  trans->queued_buf = NULL;
  if (inbuf == NULL)
    return GST_FLOW_OK;
  sv_transform_update_plan (self);
  if (passes_untouched (self, inbuf)) {
    *outbuf = inbuf;
  } else {
    ret = convert (self, inbuf, outbuf);
    gst_buffer_unref (inbuf);
  }
  if (ret == GST_FLOW_OK)
    self->outcome = SV_OUTCOME_OUT;
  return ret;
}
