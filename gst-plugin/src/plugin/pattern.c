/* SPDX-License-Identifier: Apache-2.0 */
#include "pattern.h"

#include <math.h>
#include <string.h>

#define N_CELLS 32
#define COUNTER_ROWS 2 /* rows that share a row of chroma */

struct SvPainter
{
  SavantTransform *transform;

  /* What ball and counter draw from: one sprite, one row of cells. */
  SvPattern source_pattern;
  int source_width; /* of the frame that it was made for */
  int source_height;
  SavantImage source;

  /* A whole frame of smpte or gradient, in the frame's own format. */
  SvPattern still_pattern;
  SavantImage still;
};

SvPainter *
sv_painter_new (const gchar *backend)
{
  SavantTransform *transform;
  SvPainter *painter;

  if (savant_transform_new (backend, &transform) != SAVANT_OK)
    return NULL;
  painter = g_new0 (SvPainter, 1);
  painter->transform = transform;
  return painter;
}

static void
image_clear (SavantImage *image)
{
  g_free (image->data[0]);
  memset (image, 0, sizeof *image);
}

void
sv_painter_free (SvPainter *painter)
{
  if (painter == NULL)
    return;
  savant_transform_free (painter->transform);
  image_clear (&painter->source);
  image_clear (&painter->still);
  g_free (painter);
}

/* A picture with planes one after another; FALSE without memory. */
static gboolean
image_alloc (SavantImage *image, SavantFormat format, int width, int height,
    const SavantColorimetry *colorimetry)
{
  gint64 row_bytes, rows, size = 0, offsets[SAVANT_MAX_PLANES];
  int i;

  memset (image, 0, sizeof *image);
  image->format = format;
  image->width = width;
  image->height = height;
  image->colorimetry = *colorimetry;
  image->n_planes = savant_format_n_planes (format);
  for (i = 0; i < image->n_planes; i++) {
    savant_format_plane_size (format, i, width, height, &row_bytes, &rows);
    image->pitch_bytes[i] = row_bytes;
    offsets[i] = size;
    size += row_bytes * rows;
  }
  image->data[0] = g_try_malloc (size);
  if (image->data[0] == NULL)
    return FALSE;
  for (i = 1; i < image->n_planes; i++)
    image->data[i] = image->data[0] + offsets[i];
  return TRUE;
}

static gboolean
canvas_alloc (SavantImage *image, SavantFormat format, int width, int height)
{
  const SavantColorimetry full = { SAVANT_MATRIX_RGB, SAVANT_RANGE_FULL,
    SAVANT_SITING_JPEG };

  return image_alloc (image, format, width, height, &full);
}

/* All of `source` into `rect` of the frame, `background` around it. */
static gboolean
paint (SvPainter *painter, const SavantImage *source, const SavantRect *rect,
    guint32 background, const SavantImage *frame, gchar **error)
{
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  SavantTransformJob job = { 0 };

  config.pad_color = background;
  config.interpolation = SAVANT_INTERPOLATION_NEAREST;
  job.src = *source;
  job.dst = *frame;
  job.src_rect.w = source->width;
  job.src_rect.h = source->height;
  job.dst_rect = *rect;
  if (savant_transform_run (painter->transform, &config, &job, 1) == SAVANT_OK)
    return TRUE;
  *error = g_strdup (savant_last_error ());
  return FALSE;
}

static gboolean
no_memory (const SavantImage *frame, gchar **error)
{
  *error = g_strdup_printf ("no memory to draw a pattern of %dx%d",
      frame->width, frame->height);
  return FALSE;
}

/* The bars of a run are written fastest, so a plain colour is one pixel of it
 * with bars everywhere else. */
static gboolean
draw_color (SvPainter *painter, guint32 color, const SavantImage *frame,
    gchar **error)
{
  guint8 pixel[3] = { color >> 16, color >> 8, color };
  const SavantRect rect = { 0, 0, 1, 1 };
  SavantImage source = { SAVANT_FORMAT_RGB, 1, 1,
    { SAVANT_MATRIX_RGB, SAVANT_RANGE_FULL, SAVANT_SITING_JPEG }, 1, { pixel },
    { 3 } };

  return paint (painter, &source, &rect, color & 0xffffff, frame, error);
}

/* Whether the source fits; if not, it is emptied for a new one. */
static gboolean
source_fits (SvPainter *painter, SvPattern pattern, const SavantImage *frame)
{
  if (painter->source.data[0] != NULL && painter->source_pattern == pattern
      && painter->source_width == frame->width
      && painter->source_height == frame->height)
    return TRUE;
  image_clear (&painter->source);
  painter->source_pattern = pattern;
  painter->source_width = frame->width;
  painter->source_height = frame->height;
  return FALSE;
}

/* 0, step, 2 * step ... up to `range` and back again. */
static int
bounce (guint64 index, int step, int range)
{
  guint64 period = 2 * (guint64) range, t;

  if (range <= 0)
    return 0;
  t = (index % period) * step % period;
  return (int) (t <= (guint64) range ? t : period - t);
}

static void
make_ball (SavantImage *ball)
{
  double radius = ball->width / 2.0;
  int x, y;

  for (y = 0; y < ball->height; y++) {
    for (x = 0; x < ball->width; x++) {
      double d = hypot (x + 0.5 - radius, y + 0.5 - radius);

      ball->data[0][y * ball->pitch_bytes[0] + x] =
          (guint8) lround (255.0 * CLAMP (radius - d + 0.5, 0.0, 1.0));
    }
  }
}

static gboolean
draw_ball (SvPainter *painter, guint64 index, const SavantImage *frame,
    gchar **error)
{
  int size = MAX (1, MIN (frame->width, frame->height) / 5);
  SavantRect rect;

  if (!source_fits (painter, SV_PATTERN_BALL, frame)) {
    if (!canvas_alloc (&painter->source, SAVANT_FORMAT_GRAY8, size, size))
      return no_memory (frame, error);
    make_ball (&painter->source);
  }
  rect.w = rect.h = size;
  rect.x = bounce (index, 1 + frame->width / 120, frame->width - size);
  rect.y = bounce (index, 1 + frame->height / 90, frame->height - size);
  return paint (painter, &painter->source, &rect, 0x000000, frame, error);
}

/* Rows y to y + height - 1 of a picture; y is even. */
static SavantImage
rows_of (const SavantImage *image, int y, int height)
{
  SavantImage part = *image;
  gint64 row_bytes, rows;
  int i;

  part.height = height;
  for (i = 0; y > 0 && i < image->n_planes; i++) {
    savant_format_plane_size (image->format, i, image->width, y, &row_bytes,
        &rows);
    part.data[i] += rows * image->pitch_bytes[i];
  }
  return part;
}

/* One row of cells is converted to the first rows; all others are copies. */
static gboolean
draw_counter (SvPainter *painter, guint32 id, const SavantImage *frame,
    gchar **error)
{
  int done = MIN (frame->height, COUNTER_ROWS);
  SavantRect rect = { 0, 0, frame->width, done };
  gint64 width = frame->width, left = 0, right;
  SavantImage from, to;
  int k;

  if (!source_fits (painter, SV_PATTERN_COUNTER, frame)
      && !canvas_alloc (&painter->source, SAVANT_FORMAT_GRAY8, frame->width, 1))
    return no_memory (frame, error);
  for (k = 0; k < N_CELLS; k++) {
    right = (2 * (k + 1) * width + N_CELLS) / (2 * N_CELLS);
    memset (painter->source.data[0] + left,
        (id >> (N_CELLS - 1 - k)) & 1 ? 255 : 0, right - left);
    left = right;
  }
  to = rows_of (frame, 0, done);
  if (!paint (painter, &painter->source, &rect, 0x000000, &to, error))
    return FALSE;
  for (; done < frame->height; done += rect.h) {
    rect.h = MIN (done, frame->height - done);
    from = rows_of (frame, 0, rect.h);
    to = rows_of (frame, done, rect.h);
    if (!paint (painter, &from, &rect, 0x000000, &to, error))
      return FALSE;
  }
  return TRUE;
}

/* ---- smpte and gradient ------------------------------------------------ */

typedef struct Bar
{
  int end; /* in parts of the width */
  guint32 color;
} Bar;

static void
fill_row (guint8 *row, int width, const Bar *bars, int parts)
{
  int x = 0;

  for (; x < width; bars++) {
    int end = (int) (((gint64) bars->end * width + parts / 2) / parts);

    for (; x < end; x++) {
      row[3 * x] = bars->color >> 16;
      row[3 * x + 1] = bars->color >> 8;
      row[3 * x + 2] = bars->color;
    }
  }
}

static void
make_smpte (SavantImage *canvas)
{
  static const Bar top[] = { { 1, 0xbfbfbf }, { 2, 0xbfbf00 }, { 3, 0x00bfbf },
    { 4, 0x00bf00 }, { 5, 0xbf00bf }, { 6, 0xbf0000 }, { 7, 0x0000bf } };
  static const Bar middle[] = { { 1, 0x0000bf }, { 2, 0x000000 },
    { 3, 0xbf00bf }, { 4, 0x000000 }, { 5, 0x00bfbf }, { 6, 0x000000 },
    { 7, 0xbfbfbf } };
  /* -I, white, +Q, black, the only lift that RGB can show (4 %), black */
  static const Bar bottom[] = { { 15, 0x00214c }, { 30, 0xffffff },
    { 45, 0x32006a }, { 68, 0x000000 }, { 72, 0x0a0a0a }, { 84, 0x000000 } };
  gint64 height = canvas->height;
  const int ends[3] = { (int) (height * 2 / 3), (int) (height * 3 / 4),
    (int) height };
  guint8 *row = canvas->data[0];
  size_t pitch = (size_t) canvas->pitch_bytes[0];
  int band, y = 0;

  for (band = 0; band < 3; band++) {
    gboolean first = TRUE;

    for (; y < ends[band]; y++, row += pitch) {
      if (!first)
        memcpy (row, row - pitch, pitch);
      else if (band == 2)
        fill_row (row, canvas->width, bottom, 84);
      else
        fill_row (row, canvas->width, band == 0 ? top : middle, 7);
      first = FALSE;
    }
  }
}

/* Full saturation: hue by row, lightness by column. */
static void
make_gradient (SavantImage *canvas)
{
  int x, y, c;

  for (y = 0; y < canvas->height; y++) {
    guint8 *row = canvas->data[0] + y * canvas->pitch_bytes[0];
    double sector = 6.0 * y / canvas->height, pure[3];

    pure[0] = CLAMP (fabs (sector - 3.0) - 1.0, 0.0, 1.0);
    pure[1] = CLAMP (2.0 - fabs (sector - 2.0), 0.0, 1.0);
    pure[2] = CLAMP (2.0 - fabs (sector - 4.0), 0.0, 1.0);
    for (x = 0; x < canvas->width; x++) {
      double light = canvas->width > 1 ? (double) x / (canvas->width - 1) : 0.5;
      double chroma = 1.0 - fabs (2.0 * light - 1.0);

      for (c = 0; c < 3; c++)
        row[3 * x + c] =
            (guint8) lround (255.0 * (light + chroma * (pure[c] - 0.5)));
    }
  }
}

static gboolean
still_fits (const SvPainter *painter, SvPattern pattern,
    const SavantImage *frame)
{
  const SavantImage *still = &painter->still;

  return still->data[0] != NULL && painter->still_pattern == pattern
      && still->format == frame->format && still->width == frame->width
      && still->height == frame->height
      && still->colorimetry.matrix == frame->colorimetry.matrix
      && still->colorimetry.range == frame->colorimetry.range
      && still->colorimetry.siting == frame->colorimetry.siting;
}

static gboolean
draw_still (SvPainter *painter, SvPattern pattern, const SavantImage *frame,
    gchar **error)
{
  const SavantRect rect = { 0, 0, frame->width, frame->height };
  SavantImage canvas;
  gboolean ok;

  if (!still_fits (painter, pattern, frame)) {
    image_clear (&painter->still);
    if (!canvas_alloc (&canvas, SAVANT_FORMAT_RGB, frame->width, frame->height))
      return no_memory (frame, error);
    if (pattern == SV_PATTERN_SMPTE)
      make_smpte (&canvas);
    else
      make_gradient (&canvas);
    painter->still_pattern = pattern;
    ok = image_alloc (&painter->still, frame->format, frame->width,
             frame->height, &frame->colorimetry)
        ? paint (painter, &canvas, &rect, 0x000000, &painter->still, error)
        : no_memory (frame, error);
    image_clear (&canvas);
    if (!ok) {
      image_clear (&painter->still);
      return FALSE;
    }
  }
  return paint (painter, &painter->still, &rect, 0x000000, frame, error);
}

gboolean
sv_painter_draw (SvPainter *painter, SvPattern pattern, guint32 color,
    guint64 index, gint64 id, const SavantImage *frame, gchar **error)
{
  switch (pattern) {
    case SV_PATTERN_WHITE:
      return draw_color (painter, 0xffffff, frame, error);
    case SV_PATTERN_COLOR:
      return draw_color (painter, color, frame, error);
    case SV_PATTERN_SMPTE:
    case SV_PATTERN_GRADIENT:
      return draw_still (painter, pattern, frame, error);
    case SV_PATTERN_BALL:
      return draw_ball (painter, index, frame, error);
    case SV_PATTERN_COUNTER:
      return draw_counter (painter, (guint32) id, frame, error);
    default:
      return draw_color (painter, 0x000000, frame, error);
  }
}
