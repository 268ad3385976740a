/* SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include <string.h>

#define RGB4(id, r, g, b, a, n, x)                                             \
  {                                                                            \
    SAVANT_FORMAT_##id, #id, REF_RGB, true, 1, n, 1, 0, 1, 1, x,               \
        { 0, 0, 0, 0 }, { r, g, b, a },                                        \
    {                                                                          \
      4, 4, 4, 4                                                               \
    }                                                                          \
  }
#define RGB3(id, r, g, b)                                                      \
  {                                                                            \
    SAVANT_FORMAT_##id, #id, REF_RGB, true, 1, 3, 1, 0, 1, 1, -1,              \
        { 0, 0, 0, 0 }, { r, g, b, 0 },                                        \
    {                                                                          \
      3, 3, 3, 0                                                               \
    }                                                                          \
  }

static const RefFormat formats[REF_N_FORMATS] = {
  RGB4 (RGBA, 0, 1, 2, 3, 4, -1),
  RGB4 (BGRx, 2, 1, 0, 0, 3, 3),
  { SAVANT_FORMAT_NV12, "NV12", REF_YUV, true, 2, 3, 1, 0, 2, 2, -1,
      { 0, 1, 1 }, { 0, 0, 1 }, { 1, 2, 2 } },
  { SAVANT_FORMAT_NV21, "NV21", REF_YUV, true, 2, 3, 1, 0, 2, 2, -1,
      { 0, 1, 1 }, { 0, 1, 0 }, { 1, 2, 2 } },
  { SAVANT_FORMAT_I420, "I420", REF_YUV, true, 3, 3, 1, 0, 2, 2, -1,
      { 0, 1, 2 }, { 0, 0, 0 }, { 1, 1, 1 } },
  { SAVANT_FORMAT_UYVY, "UYVY", REF_YUV, true, 1, 3, 1, 0, 2, 1, -1,
      { 0, 0, 0 }, { 1, 0, 2 }, { 2, 4, 4 } },
  { SAVANT_FORMAT_GRAY8, "GRAY8", REF_GRAY, true, 1, 1, 1, 0, 1, 1, -1, { 0 },
      { 0 }, { 1 } },
  RGB3 (RGB, 0, 1, 2),
  RGB3 (BGR, 2, 1, 0),
  RGB4 (BGRA, 2, 1, 0, 3, 4, -1),
  RGB4 (RGBx, 0, 1, 2, 0, 3, 3),
  { SAVANT_FORMAT_YUY2, "YUY2", REF_YUV, false, 1, 3, 1, 0, 2, 1, -1,
      { 0, 0, 0 }, { 0, 1, 3 }, { 2, 4, 4 } },
  { SAVANT_FORMAT_Y42B, "Y42B", REF_YUV, false, 3, 3, 1, 0, 2, 1, -1,
      { 0, 1, 2 }, { 0, 0, 0 }, { 1, 1, 1 } },
  { SAVANT_FORMAT_Y444, "Y444", REF_YUV, false, 3, 3, 1, 0, 1, 1, -1,
      { 0, 1, 2 }, { 0, 0, 0 }, { 1, 1, 1 } },
  { SAVANT_FORMAT_NV16, "NV16", REF_YUV, false, 2, 3, 1, 0, 2, 1, -1,
      { 0, 1, 1 }, { 0, 0, 1 }, { 1, 2, 2 } },
  { SAVANT_FORMAT_I420_10LE, "I420_10LE", REF_YUV, false, 3, 3, 2, 0, 2, 2, -1,
      { 0, 1, 2 }, { 0, 0, 0 }, { 2, 2, 2 } },
  { SAVANT_FORMAT_P010_10LE, "P010_10LE", REF_YUV, false, 2, 3, 2, 6, 2, 2, -1,
      { 0, 1, 1 }, { 0, 0, 2 }, { 2, 4, 4 } },
};

const RefFormat *
ref_format_nth (int n)
{
  return n >= 0 && n < REF_N_FORMATS ? &formats[n] : NULL;
}

const RefFormat *
ref_format (SavantFormat format)
{
  for (int i = 0; i < REF_N_FORMATS; i++) {
    if (formats[i].format == format)
      return &formats[i];
  }
  return NULL;
}

int
ref_row_bytes (const RefFormat *format, int plane, int width)
{
  int half = (width + 1) / 2;

  switch (format->format) {
    case SAVANT_FORMAT_RGBA:
    case SAVANT_FORMAT_BGRA:
    case SAVANT_FORMAT_RGBx:
    case SAVANT_FORMAT_BGRx:
      return 4 * width;
    case SAVANT_FORMAT_RGB:
    case SAVANT_FORMAT_BGR:
      return 3 * width;
    case SAVANT_FORMAT_UYVY:
    case SAVANT_FORMAT_YUY2:
      return 4 * half;
    case SAVANT_FORMAT_NV12:
    case SAVANT_FORMAT_NV21:
    case SAVANT_FORMAT_NV16:
      return plane == 0 ? width : 2 * half;
    case SAVANT_FORMAT_I420:
    case SAVANT_FORMAT_Y42B:
      return plane == 0 ? width : half;
    case SAVANT_FORMAT_I420_10LE:
      return plane == 0 ? 2 * width : 2 * half;
    case SAVANT_FORMAT_P010_10LE:
      return plane == 0 ? 2 * width : 4 * half;
    default:
      return width;
  }
}

int
ref_rows (const RefFormat *format, int plane, int height)
{
  return plane > 0 && format->sub_y == 2 ? (height + 1) / 2 : height;
}

static void
luma_weights (SavantMatrix matrix, double *kr, double *kb)
{
  switch (matrix) {
    case SAVANT_MATRIX_FCC:
      *kr = 0.30;
      *kb = 0.11;
      break;
    case SAVANT_MATRIX_BT709:
      *kr = 0.2126;
      *kb = 0.0722;
      break;
    case SAVANT_MATRIX_SMPTE240M:
      *kr = 0.212;
      *kb = 0.087;
      break;
    case SAVANT_MATRIX_BT2020:
      *kr = 0.2627;
      *kb = 0.0593;
      break;
    default:
      *kr = 0.299;
      *kb = 0.114;
      break;
  }
}

static bool
limited (const SavantImage *image)
{
  return image->colorimetry.range == SAVANT_RANGE_LIMITED;
}

/* Between a picture's numbers and 0..255 (luma, R, G, B) or -127.5..127.5. */
static double
stretch (const SavantImage *image, double v)
{
  return limited (image) ? (v - 16.0) * 255.0 / 219.0 : v;
}

static double
squeeze (const SavantImage *image, double v)
{
  return limited (image) ? 16.0 + v * 219.0 / 255.0 : v;
}

static double
stretch_chroma (const SavantImage *image, double v)
{
  return limited (image) ? (v - 128.0) * 255.0 / 224.0 : v - 128.0;
}

static double
squeeze_chroma (const SavantImage *image, double v)
{
  return 128.0 + (limited (image) ? v * 224.0 / 255.0 : v);
}

static void
yuv_to_rgb (const SavantImage *image, const double in[3], double rgb[3])
{
  double kr, kb, y = stretch (image, in[0]);
  double cb = stretch_chroma (image, in[1]);
  double cr = stretch_chroma (image, in[2]);

  luma_weights (image->colorimetry.matrix, &kr, &kb);
  rgb[0] = y + 2.0 * (1.0 - kr) * cr;
  rgb[2] = y + 2.0 * (1.0 - kb) * cb;
  rgb[1] = (y - kr * rgb[0] - kb * rgb[2]) / (1.0 - kr - kb);
}

static void
rgb_to_yuv (const SavantImage *image, const double rgb[3], double out[3])
{
  double kr, kb, y;

  luma_weights (image->colorimetry.matrix, &kr, &kb);
  y = kr * rgb[0] + (1.0 - kr - kb) * rgb[1] + kb * rgb[2];
  out[0] = squeeze (image, y);
  out[1] = squeeze_chroma (image, (rgb[2] - y) / (2.0 * (1.0 - kb)));
  out[2] = squeeze_chroma (image, (rgb[0] - y) / (2.0 * (1.0 - kr)));
}

static bool
same_matrix (const SavantImage *src, const SavantImage *dst)
{
  double kr[2], kb[2];

  luma_weights (src->colorimetry.matrix, &kr[0], &kb[0]);
  luma_weights (dst->colorimetry.matrix, &kr[1], &kb[1]);
  return kr[0] == kr[1] && kb[0] == kb[1];
}

RefConversion
ref_conversion (const SavantImage *src, const SavantImage *dst)
{
  const RefFormat *s = ref_format (src->format), *d = ref_format (dst->format);
  bool src_full = s->family == REF_GRAY || !limited (src);
  bool dst_full = d->family == REF_GRAY || !limited (dst);

  if (s->family != REF_GRAY && s->family != d->family
      && (s->family == REF_RGB || d->family == REF_RGB))
    return REF_MATRIX;
  if (s->family == REF_YUV && d->family == REF_YUV && !same_matrix (src, dst))
    return REF_MATRIX;
  /* A full-range 10-bit sample is not a multiple of a quarter level. */
  if (src_full != dst_full || (s->bytes == 2 && src_full))
    return REF_RANGE;
  return REF_SAME;
}

static void
gray_from (const SavantImage *src, const double in[3], double *out)
{
  const RefFormat *s = ref_format (src->format);

  if (s->family == REF_YUV)
    *out = stretch (src, in[0]);
  else
    *out = 0.299 * stretch (src, in[0]) + 0.587 * stretch (src, in[1])
        + 0.114 * stretch (src, in[2]);
}

static void
gray_to (const SavantImage *dst, double v, double out[3])
{
  out[0] = squeeze (dst, v);
  if (ref_format (dst->format)->family == REF_RGB)
    out[1] = out[2] = out[0];
  else
    out[1] = out[2] = 128.0;
}

void
ref_convert (const SavantImage *src, const SavantImage *dst, const double in[3],
    double out[3])
{
  RefFamily from = ref_format (src->format)->family;
  RefFamily to = ref_format (dst->format)->family;
  double rgb[3];

  if (from == to
      && (from == REF_GRAY
          || (limited (src) == limited (dst)
              && (from == REF_RGB || same_matrix (src, dst))))) {
    memcpy (out, in, 3 * sizeof (double));
  } else if (to == REF_GRAY) {
    gray_from (src, in, out);
  } else if (from == REF_GRAY) {
    gray_to (dst, in[0], out);
  } else if (from == REF_YUV && to == REF_YUV && same_matrix (src, dst)) {
    out[0] = squeeze (dst, stretch (src, in[0]));
    out[1] = squeeze_chroma (dst, stretch_chroma (src, in[1]));
    out[2] = squeeze_chroma (dst, stretch_chroma (src, in[2]));
  } else {
    if (from == REF_YUV) {
      yuv_to_rgb (src, in, rgb);
    } else {
      for (int i = 0; i < 3; i++)
        rgb[i] = stretch (src, in[i]);
    }
    if (to == REF_YUV) {
      rgb_to_yuv (dst, rgb, out);
    } else {
      for (int i = 0; i < 3; i++)
        out[i] = squeeze (dst, rgb[i]);
    }
  }
}

void
ref_convert_rgb (uint32_t rgb, const SavantImage *dst, double out[3])
{
  SavantImage full = { .format = SAVANT_FORMAT_RGB,
    .colorimetry = { .range = SAVANT_RANGE_FULL } };
  const double in[3] = { (rgb >> 16) & 255, (rgb >> 8) & 255, rgb & 255 };

  ref_convert (&full, dst, in, out);
}
