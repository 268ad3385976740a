/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_FORMAT_H
#define SV_FORMAT_H

#include <stdbool.h>

#include <savant/surface.h>

typedef enum SvFamily
{
  SV_FAMILY_RGB,
  SV_FAMILY_YUV,
  SV_FAMILY_GRAY
} SvFamily;

/* Where a component's samples are inside a row of its plane. */
typedef struct SvComponent
{
  uint8_t plane;
  uint8_t offset; /* bytes from the first byte of the row */
  uint8_t step;   /* bytes from one sample to the next */
} SvComponent;

/* One row a format. Components are R, G, B, A or Y, U, V or grey. */
typedef struct SvFormatInfo
{
  SavantFormat format;
  const char *name;
  SvFamily family;
  uint8_t n_planes;
  uint8_t n_components;
  uint8_t bits;  /* 8 or 10 */
  uint8_t shift; /* unused low bits of a 16-bit sample */
  uint8_t sub_x; /* luma samples a chroma sample, 1 or 2 */
  uint8_t sub_y;
  int8_t filler; /* byte of the unused x of a pixel, -1 = none */
  bool output;
  SvComponent comp[4];
} SvFormatInfo;

/* NULL for a number that is none. */
const SvFormatInfo *sv_format_info (int format);

/* Row n of the table, NULL past the end. */
const SvFormatInfo *sv_format_nth (int n);

static inline bool
sv_format_has_alpha (const SvFormatInfo *info)
{
  return info->n_components == 4;
}

/* Luma samples that a sample of a component stands for. */
static inline int
sv_format_comp_sub_x (const SvFormatInfo *info, int c)
{
  return info->family == SV_FAMILY_YUV && c > 0 ? info->sub_x : 1;
}

static inline int
sv_format_comp_sub_y (const SvFormatInfo *info, int c)
{
  return info->family == SV_FAMILY_YUV && c > 0 ? info->sub_y : 1;
}

/* Subsampling of a plane, and the size of it in bytes and rows. */
int sv_format_plane_sub_y (const SvFormatInfo *info, int plane);
int64_t sv_format_plane_row_bytes (const SvFormatInfo *info, int plane,
    int width);
int64_t sv_format_plane_rows (const SvFormatInfo *info, int plane, int height);

/* "RGBA, BGRx, ..." of all or of the output formats. Static. */
const char *sv_format_list (bool output_only);

#endif
