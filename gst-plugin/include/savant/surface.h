/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SAVANT_SURFACE_H
#define SAVANT_SURFACE_H

#include <stddef.h>
#include <stdint.h>

#include <savant/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The largest width and height of a picture, in pixels. The smallest is 1. */
#define SAVANT_MAX_SIDE 32767
/* The largest number of slots of a batch. */
#define SAVANT_MAX_BATCH_SIZE 1024
#define SAVANT_MAX_PLANES 4

/* Pixel formats. The numbers up to 999 are NvBufSurface's codes for BT.601
 * limited range (or RGB, or grey); formats from 1000 on are ours, are taken
 * as input only and exist in plain memory only, never in a surface. Names are
 * GStreamer's. */
typedef enum SavantFormat
{
  SAVANT_FORMAT_UNKNOWN = 0,
  SAVANT_FORMAT_GRAY8 = 1,
  SAVANT_FORMAT_I420 = 2,
  SAVANT_FORMAT_NV12 = 6,
  SAVANT_FORMAT_NV21 = 8,
  SAVANT_FORMAT_UYVY = 10,
  SAVANT_FORMAT_RGBA = 19,
  SAVANT_FORMAT_BGRA = 20,
  SAVANT_FORMAT_RGBx = 23,
  SAVANT_FORMAT_BGRx = 24,
  SAVANT_FORMAT_RGB = 27,
  SAVANT_FORMAT_BGR = 28,
  SAVANT_FORMAT_YUY2 = 1001,
  SAVANT_FORMAT_Y42B = 1002,
  SAVANT_FORMAT_Y444 = 1003,
  SAVANT_FORMAT_NV16 = 1004,
  SAVANT_FORMAT_I420_10LE = 1005,
  SAVANT_FORMAT_P010_10LE = 1006
} SavantFormat;

/* Where the pixels of a surface are; NvBufSurface's numbers. DEFAULT is the
 * best kind that the chosen backend has: SYSTEM on the host backend. */
typedef enum SavantMemType
{
  SAVANT_MEM_DEFAULT = 0,
  SAVANT_MEM_CUDA_PINNED = 1,
  SAVANT_MEM_CUDA_DEVICE = 2,
  SAVANT_MEM_CUDA_UNIFIED = 3,
  SAVANT_MEM_SURFACE_ARRAY = 4,
  SAVANT_MEM_HANDLE = 5,
  SAVANT_MEM_SYSTEM = 6
} SavantMemType;

/* YUV matrices; the numbers are GstVideoColorMatrix's. Luma weights (Kr, Kb)
 * from ITU-R BT.601-7, BT.709-6, BT.2020-2 (non-constant luminance), SMPTE
 * ST 240 and FCC 73.682. */
typedef enum SavantMatrix
{
  SAVANT_MATRIX_RGB = 1,
  SAVANT_MATRIX_FCC = 2,
  SAVANT_MATRIX_BT709 = 3,
  SAVANT_MATRIX_BT601 = 4,
  SAVANT_MATRIX_SMPTE240M = 5,
  SAVANT_MATRIX_BT2020 = 6
} SavantMatrix;

/* Sample ranges; the numbers are GstVideoColorRange's. */
typedef enum SavantRange
{
  SAVANT_RANGE_FULL = 1,
  SAVANT_RANGE_LIMITED = 2
} SavantRange;

/* Chroma siting, an OR of these: a set bit means that the first chroma sample
 * of that axis sits on the first luma sample, an unset one that it sits half
 * way between two. 0 is "jpeg", H_COSITED is "mpeg2". */
typedef enum SavantSiting
{
  SAVANT_SITING_JPEG = 0,
  SAVANT_SITING_H_COSITED = 2,
  SAVANT_SITING_MPEG2 = SAVANT_SITING_H_COSITED,
  SAVANT_SITING_V_COSITED = 4
} SavantSiting;

/* How the numbers of a picture are to be read. Ignored where it has no
 * meaning: matrix and siting of RGB and GRAY8, range of GRAY8 (always full). */
typedef struct SavantColorimetry
{
  SavantMatrix matrix;
  SavantRange range;
  unsigned siting; /* OR of SavantSiting */
} SavantColorimetry;

/* One picture in memory that the CPU can read (host backend) or the GPU
 * (others). A borrowed description: it owns nothing. */
typedef struct SavantImage
{
  SavantFormat format;
  int width; /* luma samples, 1..SAVANT_MAX_SIDE */
  int height;
  SavantColorimetry colorimetry;
  int n_planes;
  uint8_t *data[SAVANT_MAX_PLANES];         /* first byte of row 0 of a plane */
  ptrdiff_t pitch_bytes[SAVANT_MAX_PLANES]; /* may be negative, any alignment */
} SavantImage;

/* A rectangle in pixels; (x, y) is its left top corner. */
typedef struct SavantRect
{
  int x;
  int y;
  int w;
  int h;
} SavantRect;

/* The format of a GStreamer name such as "NV12" (exact case), or
 * SAVANT_FORMAT_UNKNOWN; then savant_last_error() lists the known ones. */
SAVANT_API int savant_format_from_name (const char *name);

/* GStreamer's name of a format, or NULL for a number that is none. */
SAVANT_API const char *savant_format_name (int format);

/* 1 if frames of the format can be produced (and held in a surface), 0 if it
 * is input only or unknown. */
SAVANT_API int savant_format_is_output (int format);

/* Number of planes, 0 for an unknown format. */
SAVANT_API int savant_format_n_planes (int format);

/* Bytes of one row without padding and number of rows of a plane of a
 * `width` x `height` picture: chroma of ceil (width / 2) samples where it is
 * subsampled, UYVY and YUY2 rows of 4 * ceil (width / 2) bytes. */
SAVANT_API int savant_format_plane_size (int format, int plane, int width,
    int height, int64_t *row_bytes, int64_t *rows);

/* Reads NvBufSurface's colorFormat: the base format and, for YUV, matrix and
 * range in `colorimetry` (siting mpeg2). SAVANT_FORMAT_UNKNOWN for a code that
 * is none of ours. `colorimetry` may be NULL. */
SAVANT_API int savant_format_from_color_format (int color_format,
    SavantColorimetry *colorimetry);

/* NvBufSurface's colorFormat for a format and its matrix and range. Where
 * NvBufSurface has no code for the combination, the BT.601 limited (or only)
 * code of the format is returned and *exact is 0, else 1. `exact` may be
 * NULL. */
SAVANT_API int savant_format_to_color_format (int format,
    const SavantColorimetry *colorimetry, int *exact);

/* What a memory type means on a backend ("auto", NULL or a name from
 * savant_backends()): DEFAULT becomes the backend's best. SAVANT_OK, or
 * UNAVAILABLE where the backend or the memory type is missing. */
SAVANT_API int savant_resolve_mem_type (const char *backend, int mem_type,
    SavantMemType *out);

/* Canonical names "default", "cuda_pinned", "cuda_device", "cuda_unified",
 * "surface_array", "handle", "system"; NULL for a number that is none. */
SAVANT_API const char *savant_mem_type_name (int mem_type);

#ifdef __cplusplus
}
#endif

#endif
