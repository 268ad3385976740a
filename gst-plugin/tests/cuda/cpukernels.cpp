/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels as the C++ compiler makes them, for a fake driver that runs them
 * on the CPU: their source is the one that nvcc gets, what CUDA adds to the
 * language is written out here. Threads of a block come one after the other,
 * up to the barrier and then, once more, past it. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#define __device__
#define __global__
#define __forceinline__ inline
#define __shared__ static
#define __grid_constant__
#define __launch_bounds__(threads, blocks)

struct Index
{
  unsigned x;
  unsigned y;
};

static Index blockIdx, threadIdx;
static bool past_barrier;

#define __syncthreads() \
  if (!past_barrier)    \
  return

template <class T>
static inline T
__ldg (const T *at)
{
  return *at;
}

template <class To, class From>
static inline To
bits (From from)
{
  To to;

  static_assert (sizeof to == sizeof from, "bits");
  memcpy (&to, &from, sizeof to);
  return to;
}

static inline float
__int_as_float (int32_t v)
{
  return bits<float> (v);
}

static inline uint32_t
__float_as_uint (float v)
{
  return bits<uint32_t> (v);
}

/* Saturating, as the instruction is. */
static inline uint32_t
__float2uint_rd (float v)
{
  return !(v > 0.0f) ? 0 : v >= 4294967296.0f ? UINT32_MAX : (uint32_t) v;
}

/* The sum of two floats of this range is exact in a double. */
static inline float
__fadd_rd (float a, float b)
{
  double sum = (double) a + b;
  float nearest = (float) sum;

  return nearest > sum ? nextafterf (nearest, -INFINITY) : nearest;
}

static inline uint32_t
__byte_perm (uint32_t a, uint32_t b, uint32_t selector)
{
  uint64_t bytes = a | (uint64_t) b << 32;
  uint32_t out = 0;

  for (int i = 0; i < 4; i++)
    out |= (uint32_t) (bytes >> 8 * (selector >> 4 * i & 7) & 0xff) << 8 * i;
  return out;
}

struct uint2
{
  uint32_t x;
  uint32_t y;
};

static inline uint2
make_uint2 (uint32_t x, uint32_t y)
{
  return { x, y };
}

/* dp2a.lo.s32.u32 and dp2a.hi.s32.u32, the only assembly that there is. */
static inline int
dp2a (const char *code, uint32_t weights, uint32_t bytes, int sum)
{
  int shift = strstr (code, "dp2a.hi.s32.u32") != NULL ? 16 : 0;

  return sum + (int16_t) weights * (int) (bytes >> shift & 0xff)
      + (int16_t) (weights >> 16) * (int) (bytes >> (shift + 8) & 0xff);
}

#define asm(code, ...) out = dp2a (#code, weights, bytes, sum)

#include "backend/cuda/kernels/transform.cu"

extern "C" void fake_run_kernel (bool wide, const SvCuArgs *args,
    unsigned n_blocks);

static void
run_threads (bool wide, const SvCuArgs &args)
{
  static SvCuPlan plan;

  if (!past_barrier)
    memset (&plan, 0xff, sizeof plan);
  for (threadIdx.y = 0; threadIdx.y < SV_CU_BLOCK_Y; threadIdx.y++)
    for (threadIdx.x = 0; threadIdx.x < SV_CU_BLOCK_X; threadIdx.x++)
      if (wide)
        run<true> (args, plan);
      else
        run<false> (args, plan);
}

/* Called with the fake driver's lock. */
void
fake_run_kernel (bool wide, const SvCuArgs *args, unsigned n_blocks)
{
  for (blockIdx.x = 0; blockIdx.x < n_blocks; blockIdx.x++)
    for (int pass = 0; pass < 2; pass++) {
      past_barrier = pass == 1;
      run_threads (wide, *args);
    }
}
