/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CUDA_PARAMS_H
#define SV_CUDA_PARAMS_H

/* What the host hands to the kernel: read by the C and the CUDA compiler.
 * Offsets into a plan's tables are in 4-byte words from the plan itself. */

#include <stdint.h>

/* Pixels of the destination that a block of threads writes. */
#define SV_CU_BLOCK_X 32
#define SV_CU_BLOCK_Y 8
#define SV_CU_TILE_X (2 * SV_CU_BLOCK_X)
#define SV_CU_TILE_Y (2 * SV_CU_BLOCK_Y)

/* How the samples of a source are loaded. */
enum
{
  SV_CU_SOURCE_BYTES, /* one component after the other, any alignment */
  SV_CU_SOURCE_PAIR,  /* luma, and both chroma components in 16 bits */
  SV_CU_SOURCE_WORD   /* all components in 32 bits */
};

/* How a destination is stored. */
enum
{
  SV_CU_TARGET_PACKED4,
  SV_CU_TARGET_PACKED3,
  SV_CU_TARGET_GRAY,
  SV_CU_TARGET_PLANES, /* 4:2:0 */
  SV_CU_TARGET_UYVY
};

/* Positions at which samples are wanted, and what is read there. */
enum
{
  SV_CU_LUMA,
  SV_CU_CHROMA,
  SV_CU_N_GRIDS
};

/* A filter table: int32 first[n], then float weights[taps][n]. */
typedef struct SvCuAxis
{
  int32_t first;
  int32_t weights;
  int32_t n;
  int32_t taps;
} SvCuAxis;

/* A filter along a row in whole 4-byte words of the source and fixed point:
 * int32 first[n], bytes from the start of the row, then uint32
 * weights[pairs][n], two weights of 1/SV_CU_ONE in each. */
typedef struct SvCuRow
{
  int32_t first;
  int32_t weights;
  int32_t n;
  int32_t reserved;
} SvCuRow;

#define SV_CU_ONE 8192

/* Words that such filters read of a row, of luma and of chroma. */
enum
{
  SV_CU_WORDS_NONE, /* there are none: axes are used */
  SV_CU_WORDS_2_2,
  SV_CU_WORDS_2_3,
  SV_CU_WORDS_3_4,
  SV_CU_WORDS_4, /* pixels of 4 bytes */
  SV_CU_WORDS_6
};

/* All of a job that does not depend on addresses; its tables follow it in the
 * memory of the GPU. */
typedef struct SvCuPlan
{
  int32_t src_pitch[3]; /* bytes */
  int32_t dst_pitch[3];
  int32_t source;
  int32_t two_taps;    /* no axis has more */
  int32_t single_luma; /* no axis of luma, or of RGB, has more than one */
  int32_t single_chroma;
  int32_t transposed;
  uint32_t src_chroma; /* bit c: component c is read as chroma */
  int32_t src_plane[4];
  int32_t src_offset[4]; /* bytes */
  int32_t src_step[4];
  int32_t src_bytes;  /* of a sample, 1 or 2 */
  int32_t src_shift;  /* unused low bits of a 16-bit sample */
  uint32_t src_order; /* byte permutation that makes a word R, G, B, A */
  int32_t words;
  uint32_t src_pairs[2]; /* makes two words pairs of bytes of a component */
  float level_scale[2];  /* samples in 8-bit terms: luma, chroma */
  float level_offset[2];
  uint32_t need_luma; /* bit c: component c has a share */
  uint32_t need_chroma;

  int32_t target;
  int32_t dst_plane[4];
  int32_t dst_offset[4];
  int32_t dst_step[4];
  uint32_t
      dst_order; /* of a packed pixel; the fourth byte is alpha or unused */
  int32_t fourth_from_source;
  int32_t width;
  int32_t height;
  int32_t x0; /* the destination rectangle */
  int32_t y0;
  int32_t x1;
  int32_t y1;
  int32_t chroma_x0; /* chroma samples that it touches */
  int32_t chroma_y0;
  int32_t chroma_x1;
  int32_t chroma_y1;
  int32_t chroma_grid_x; /* where chroma is computed */
  int32_t chroma_grid_y;
  int32_t identity;
  float m[3][4];
  uint8_t pad[4];

  SvCuAxis x[SV_CU_N_GRIDS][SV_CU_N_GRIDS]; /* [what is read][where] */
  SvCuAxis y[SV_CU_N_GRIDS][SV_CU_N_GRIDS];
  SvCuRow row[SV_CU_N_GRIDS][SV_CU_N_GRIDS]; /* where words says so */
  SvCuAxis average_x; /* chroma from values at luma positions */
  SvCuAxis average_y;
} SvCuPlan;

/* Flags of a job: alignments of addresses and pitches. */
enum
{
  SV_CU_SOURCE_ALIGNED = 1, /* the plan's `source` may be used */
  SV_CU_STORE_2 = 2,        /* luma in pairs */
  SV_CU_STORE_4 = 4,        /* 4-byte pixels as words */
  SV_CU_STORE_8 = 8,        /* two of them at once */
  SV_CU_WORDS_ALIGNED = 16  /* the plan's `words` may be used */
};

/* One picture of a launch. */
typedef struct SvCuJob
{
  uint64_t plan;
  uint64_t src[3];
  uint64_t dst[3];
  uint32_t first_block;
  uint16_t flags;
  uint16_t n_jobs; /* of the launch; read of its first job */
} SvCuJob;

/* As many as the 4096 bytes of kernel arguments hold that every driver takes:
 * what is not here is in the plan. */
#define SV_CU_MAX_JOBS 64

typedef struct SvCuArgs
{
  SvCuJob jobs[SV_CU_MAX_JOBS];
} SvCuArgs;

/* The first for filters of one or two taps with weights from 0 to 1. */
#define SV_CU_KERNEL "sv_cu_transform"
#define SV_CU_WIDE_KERNEL "sv_cu_transform_wide"

#endif
