/* SPDX-License-Identifier: Apache-2.0 */
#include "format.h"

#include <string.h>

#include "log.h"

#define RGB_ROW(id, r, g, b, x) \
  { SAVANT_FORMAT_##id, #id, SV_FAMILY_RGB, 1, 3, 8, 0, 1, 1, x, true, \
    { { 0, r, 4 }, { 0, g, 4 }, { 0, b, 4 } } }
#define RGBA_ROW(id, r, g, b, a) \
  { SAVANT_FORMAT_##id, #id, SV_FAMILY_RGB, 1, 4, 8, 0, 1, 1, -1, true, \
    { { 0, r, 4 }, { 0, g, 4 }, { 0, b, 4 }, { 0, a, 4 } } }
#define RGB24_ROW(id, r, g, b) \
  { SAVANT_FORMAT_##id, #id, SV_FAMILY_RGB, 1, 3, 8, 0, 1, 1, -1, true, \
    { { 0, r, 3 }, { 0, g, 3 }, { 0, b, 3 } } }
#define YUV_ROW(id, planes, bits, shift, sx, sy, output, ...) \
  { SAVANT_FORMAT_##id, #id, SV_FAMILY_YUV, planes, 3, bits, shift, sx, sy, \
    -1, output, { __VA_ARGS__ } }

static const SvFormatInfo formats[] = {
  RGBA_ROW (RGBA, 0, 1, 2, 3),
  RGB_ROW (BGRx, 2, 1, 0, 3),
  YUV_ROW (NV12, 2, 8, 0, 2, 2, true, { 0, 0, 1 }, { 1, 0, 2 }, { 1, 1, 2 }),
  YUV_ROW (NV21, 2, 8, 0, 2, 2, true, { 0, 0, 1 }, { 1, 1, 2 }, { 1, 0, 2 }),
  YUV_ROW (I420, 3, 8, 0, 2, 2, true, { 0, 0, 1 }, { 1, 0, 1 }, { 2, 0, 1 }),
  YUV_ROW (UYVY, 1, 8, 0, 2, 1, true, { 0, 1, 2 }, { 0, 0, 4 }, { 0, 2, 4 }),
  { SAVANT_FORMAT_GRAY8, "GRAY8", SV_FAMILY_GRAY, 1, 1, 8, 0, 1, 1, -1, true,
      { { 0, 0, 1 } } },
  RGB24_ROW (RGB, 0, 1, 2),
  RGB24_ROW (BGR, 2, 1, 0),
  RGBA_ROW (BGRA, 2, 1, 0, 3),
  RGB_ROW (RGBx, 0, 1, 2, 3),
  YUV_ROW (YUY2, 1, 8, 0, 2, 1, false, { 0, 0, 2 }, { 0, 1, 4 }, { 0, 3, 4 }),
  YUV_ROW (Y42B, 3, 8, 0, 2, 1, false, { 0, 0, 1 }, { 1, 0, 1 }, { 2, 0, 1 }),
  YUV_ROW (Y444, 3, 8, 0, 1, 1, false, { 0, 0, 1 }, { 1, 0, 1 }, { 2, 0, 1 }),
  YUV_ROW (NV16, 2, 8, 0, 2, 1, false, { 0, 0, 1 }, { 1, 0, 2 }, { 1, 1, 2 }),
  YUV_ROW (I420_10LE, 3, 10, 0, 2, 2, false, { 0, 0, 2 }, { 1, 0, 2 },
      { 2, 0, 2 }),
  YUV_ROW (P010_10LE, 2, 10, 6, 2, 2, false, { 0, 0, 2 }, { 1, 0, 4 },
      { 1, 2, 4 }),
};

#define N_FORMATS ((int) (sizeof formats / sizeof formats[0]))

static const char all_names[] =
    "RGBA, BGRx, NV12, NV21, I420, UYVY, GRAY8, "
    "RGB, BGR, BGRA, RGBx; as input also YUY2, Y42B, Y444, NV16, I420_10LE, "
    "P010_10LE";
static const char output_names[] = "RGBA, BGRx, NV12, NV21, I420, UYVY, "
                                   "GRAY8, RGB, BGR, BGRA, RGBx";

/* NvBufSurfaceColorFormat codes, headers of DeepStream 6.x to 9.x. */
static const struct
{
  int color_format;
  SavantFormat format;
  SavantMatrix matrix;
  SavantRange range;
} color_formats[] = {
  { 1, SAVANT_FORMAT_GRAY8, SAVANT_MATRIX_BT601, SAVANT_RANGE_FULL },
  { 2, SAVANT_FORMAT_I420, SAVANT_MATRIX_BT601, SAVANT_RANGE_LIMITED },
  { 4, SAVANT_FORMAT_I420, SAVANT_MATRIX_BT601, SAVANT_RANGE_FULL },
  { 6, SAVANT_FORMAT_NV12, SAVANT_MATRIX_BT601, SAVANT_RANGE_LIMITED },
  { 7, SAVANT_FORMAT_NV12, SAVANT_MATRIX_BT601, SAVANT_RANGE_FULL },
  { 8, SAVANT_FORMAT_NV21, SAVANT_MATRIX_BT601, SAVANT_RANGE_LIMITED },
  { 9, SAVANT_FORMAT_NV21, SAVANT_MATRIX_BT601, SAVANT_RANGE_FULL },
  { 10, SAVANT_FORMAT_UYVY, SAVANT_MATRIX_BT601, SAVANT_RANGE_LIMITED },
  { 11, SAVANT_FORMAT_UYVY, SAVANT_MATRIX_BT601, SAVANT_RANGE_FULL },
  { 19, SAVANT_FORMAT_RGBA, SAVANT_MATRIX_RGB, SAVANT_RANGE_FULL },
  { 20, SAVANT_FORMAT_BGRA, SAVANT_MATRIX_RGB, SAVANT_RANGE_FULL },
  { 23, SAVANT_FORMAT_RGBx, SAVANT_MATRIX_RGB, SAVANT_RANGE_FULL },
  { 24, SAVANT_FORMAT_BGRx, SAVANT_MATRIX_RGB, SAVANT_RANGE_FULL },
  { 27, SAVANT_FORMAT_RGB, SAVANT_MATRIX_RGB, SAVANT_RANGE_FULL },
  { 28, SAVANT_FORMAT_BGR, SAVANT_MATRIX_RGB, SAVANT_RANGE_FULL },
  { 31, SAVANT_FORMAT_I420, SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED },
  { 32, SAVANT_FORMAT_I420, SAVANT_MATRIX_BT709, SAVANT_RANGE_FULL },
  { 33, SAVANT_FORMAT_NV12, SAVANT_MATRIX_BT709, SAVANT_RANGE_LIMITED },
  { 34, SAVANT_FORMAT_NV12, SAVANT_MATRIX_BT709, SAVANT_RANGE_FULL },
};

#define N_COLOR_FORMATS \
  ((int) (sizeof color_formats / sizeof color_formats[0]))

const SvFormatInfo *
sv_format_info (int format)
{
  for (int i = 0; i < N_FORMATS; i++)
    if ((int) formats[i].format == format)
      return &formats[i];
  return NULL;
}

const SvFormatInfo *
sv_format_nth (int n)
{
  return n >= 0 && n < N_FORMATS ? &formats[n] : NULL;
}

const char *
sv_format_list (bool output_only)
{
  return output_only ? output_names : all_names;
}

int
sv_format_plane_sub_y (const SvFormatInfo *info, int plane)
{
  return plane > 0 ? info->sub_y : 1;
}

int64_t
sv_format_plane_row_bytes (const SvFormatInfo *info, int plane, int width)
{
  int64_t bytes = 0;

  for (int c = 0; c < info->n_components; c++) {
    const SvComponent *comp = &info->comp[c];
    int sub = sv_format_comp_sub_x (info, c);

    if (comp->plane != plane)
      continue;
    int64_t row = (int64_t) ((width + sub - 1) / sub) * comp->step;
    if (row > bytes)
      bytes = row;
  }
  return bytes;
}

int64_t
sv_format_plane_rows (const SvFormatInfo *info, int plane, int height)
{
  int sub = sv_format_plane_sub_y (info, plane);

  return (height + sub - 1) / sub;
}

int
savant_format_from_name (const char *name)
{
  for (int i = 0; name != NULL && i < N_FORMATS; i++)
    if (strcmp (formats[i].name, name) == 0)
      return formats[i].format;
  sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
      "unsupported format \"%s\": supported are %s", name ? name : "(null)",
      all_names);
  return SAVANT_FORMAT_UNKNOWN;
}

const char *
savant_format_name (int format)
{
  const SvFormatInfo *info = sv_format_info (format);

  return info != NULL ? info->name : NULL;
}

int
savant_format_is_output (int format)
{
  const SvFormatInfo *info = sv_format_info (format);

  return info != NULL && info->output;
}

int
savant_format_n_planes (int format)
{
  const SvFormatInfo *info = sv_format_info (format);

  return info != NULL ? info->n_planes : 0;
}

int
savant_format_plane_size (int format, int plane, int width, int height,
    int64_t *row_bytes, int64_t *rows)
{
  const SvFormatInfo *info = sv_format_info (format);

  if (info == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "unsupported format %d: supported are %s", format, all_names);
  if (plane < 0 || plane >= info->n_planes)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "plane %d of %s: it has planes 0 to %d", plane, info->name,
        info->n_planes - 1);
  if (width < 1 || width > SAVANT_MAX_SIDE || height < 1
      || height > SAVANT_MAX_SIDE)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "size %dx%d: width and height are 1 to %d", width, height,
        SAVANT_MAX_SIDE);
  if (row_bytes != NULL)
    *row_bytes = sv_format_plane_row_bytes (info, plane, width);
  if (rows != NULL)
    *rows = sv_format_plane_rows (info, plane, height);
  return SAVANT_OK;
}

int
savant_format_from_color_format (int color_format,
    SavantColorimetry *colorimetry)
{
  for (int i = 0; i < N_COLOR_FORMATS; i++) {
    if (color_formats[i].color_format != color_format)
      continue;
    if (colorimetry != NULL)
      *colorimetry = (SavantColorimetry){ color_formats[i].matrix,
        color_formats[i].range, SAVANT_SITING_MPEG2 };
    return color_formats[i].format;
  }
  return SAVANT_FORMAT_UNKNOWN;
}

int
savant_format_to_color_format (int format, const SavantColorimetry *colorimetry,
    int *exact)
{
  const SvFormatInfo *info = sv_format_info (format);

  if (exact != NULL)
    *exact = 0;
  if (info == NULL || !info->output)
    return 0;
  for (int i = 0; i < N_COLOR_FORMATS; i++) {
    if ((int) color_formats[i].format != format)
      continue;
    if (info->family != SV_FAMILY_YUV
        || (colorimetry != NULL
            && color_formats[i].matrix == colorimetry->matrix
            && color_formats[i].range == colorimetry->range)) {
      if (exact != NULL)
        *exact = info->family == SV_FAMILY_GRAY || colorimetry == NULL
            || info->family == SV_FAMILY_YUV
            || colorimetry->range != SAVANT_RANGE_LIMITED;
      return color_formats[i].color_format;
    }
  }
  /* The format's own number is its BT.601 limited code. */
  return format;
}

const char *
savant_mem_type_name (int mem_type)
{
  static const char *const names[] = { "default", "cuda_pinned", "cuda_device",
    "cuda_unified", "surface_array", "handle", "system" };

  return mem_type >= 0 && mem_type <= SAVANT_MEM_SYSTEM ? names[mem_type]
                                                        : NULL;
}
