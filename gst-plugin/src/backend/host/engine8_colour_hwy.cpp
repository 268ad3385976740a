/* SPDX-License-Identifier: Apache-2.0 */

/* From YUV to pixels of four bytes, by Highway. */

#include <string.h>

#include "engine8_hwy.h"

#define SV_PASTE(a, b) a##b
#define SV_EXPAND(a, b) SV_PASTE (a, b)

HWY_BEFORE_NAMESPACE ();
namespace {
/* Q7 around 128 to twice that. */
HWY_INLINE V16
centred (V16 v)
{
  return hn::Xor (hn::ShiftLeft<1> (v),
      hn::Set (d16, static_cast<int16_t> (0x8000)));
}

template <int kLoads, bool kExact, bool kGrouped, bool kAlike>
HWY_INLINE void
chroma_part (int16_t *const out[3], const uint8_t *row_u, const uint8_t *row_v,
    const SvColumns &columns, const SvYuvToRgb *c, int from, int to)
{
  const Filter<kLoads, kExact, kAlike> filter (columns);
  const bool red_first = c->v[0] != 0;
  int16_t *const red = out[red_first ? 0 : 2];
  int16_t *const green = out[1];
  int16_t *const blue = out[red_first ? 2 : 0];
  const V16 constant = hn::Set (d16, c->constant);
  const V16 red_v = hn::Set (d16, c->v[red_first ? 0 : 2]);
  const V16 blue_u = hn::Set (d16, c->u[red_first ? 2 : 0]);
  const V16 green_u = hn::Set (d16, c->u[1]), green_v = hn::Set (d16, c->v[1]);

  constexpr int blocks = kWords / 8; /* a vector */
  const ptrdiff_t step = blocks * filter.shuffle.step ();

  row_u = filter.shuffle.start (row_u);
  if constexpr (!kGrouped)
    row_v = filter.shuffle.start (row_v);
  for (int i = from; i < to; i += kWords) {
    V16 u, v;

    if constexpr (kGrouped) {
      const int block = i >> 2;
      const auto a = hn::BitCast (d64, filter (row_u, block));
      const auto b = hn::BitCast (d64, filter (row_u + step, block + blocks));

      u = hn::BitCast (d16, hn::InterleaveLower (d64, a, b));
      v = hn::BitCast (d16, hn::InterleaveUpper (d64, a, b));
    } else {
      u = filter (row_u, i >> 3);
      v = filter (row_v, i >> 3);
      row_v += step;
    }
    row_u += kGrouped ? 2 * step : step;
    u = centred (u);
    v = centred (v);
    hn::StoreU (hn::Add (hn::MulFixedPoint15 (v, red_v), constant), d16,
        red + i);
    hn::StoreU (hn::Add (hn::Add (hn::MulFixedPoint15 (u, green_u),
                             hn::MulFixedPoint15 (v, green_v)),
                    constant),
        d16, green + i);
    hn::StoreU (hn::Add (hn::MulFixedPoint15 (u, blue_u), constant), d16,
        blue + i);
  }
}

template <int kLoads, bool kExact, bool kGrouped>
HWY_INLINE void
chroma_all (int16_t *const out[3], const uint8_t *row_u, const uint8_t *row_v,
    const SvColumns &columns, const SvYuvToRgb *c)
{
  constexpr int kPixels = kGrouped ? 4 : 8; /* a block */
  const int from = columns.pairs.from * kPixels;
  const int to = columns.pairs.to * kPixels;
  const int n = columns.pairs.n / 16 * kPixels;

  if constexpr (kLoads > 0) {
    chroma_part<kLoads, kExact, kGrouped, false> (out, row_u, row_v, columns, c,
        0, from);
    chroma_part<kLoads, kExact, kGrouped, true> (out, row_u, row_v, columns, c,
        from, to);
  }
  chroma_part<kLoads, kExact, kGrouped, false> (out, row_u, row_v, columns, c,
      kLoads > 0 ? to : 0, n);
}

template <int kLoads>
HWY_INLINE void
chroma_by_layout (int16_t *const out[3], const uint8_t *row_u,
    const uint8_t *row_v, const SvColumns *columns, const SvYuvToRgb *c)
{
  if (row_v == nullptr && columns->exact)
    chroma_all<kLoads, true, true> (out, row_u, row_v, *columns, c);
  else if (row_v == nullptr)
    chroma_all<kLoads, false, true> (out, row_u, row_v, *columns, c);
  else if (columns->exact)
    chroma_all<kLoads, true, false> (out, row_u, row_v, *columns, c);
  else
    chroma_all<kLoads, false, false> (out, row_u, row_v, *columns, c);
}

void
chroma (int16_t *const out[3], const uint8_t *row_u, const uint8_t *row_v,
    const SvColumns *columns, const SvYuvToRgb *c)
{
  if (columns->pairs.loads == 1)
    chroma_by_layout<1> (out, row_u, row_v, columns, c);
  else if (columns->pairs.loads == 2)
    chroma_by_layout<2> (out, row_u, row_v, columns, c);
  else
    chroma_by_layout<0> (out, row_u, row_v, columns, c);
}

struct Chroma
{
  const int16_t *upper[3];
  const int16_t *lower[3];
};

struct Weights
{
  V16 upper;
  V16 lower;
  V16 luma;
};

template <bool kTwo>
HWY_INLINE V16
colour (V16 y, const int16_t *upper, const int16_t *lower, const Weights &w)
{
  V16 c = hn::LoadU (d16, upper);

  if constexpr (kTwo)
    c = hn::Add (hn::MulFixedPoint15 (c, w.upper),
        hn::MulFixedPoint15 (hn::LoadU (d16, lower), w.lower));
  return hn::ShiftRight<6> (hn::SaturatedAdd (y, c));
}

/* kWords bytes as the upper halves of words, in quads. */
HWY_INLINE hn::Vec<decltype (du16)>
luma_words (const uint8_t *y)
{
  const V8 none = hn::Zero (d8);

#if HWY_MAX_BYTES == 64
  constexpr hn::Repartition<uint32_t, D8> d32;
  constexpr hn::Half<D8> half;
  const __m512i order =
      _mm512_setr_epi32 (0, 4, 0, 0, 1, 5, 0, 0, 2, 6, 0, 0, 3, 7, 0, 0);
  const auto bytes =
      hn::BitCast (d32, hn::ZeroExtendVector (d8, hn::LoadU (half, y)));
  const decltype (bytes) quads{ _mm512_permutexvar_epi32 (order, bytes.raw) };

  return hn::BitCast (du16,
      hn::InterleaveLower (d8, none, hn::BitCast (d8, quads)));
#elif HWY_MAX_BYTES == 32
  HWY_ALIGN static constexpr uint8_t order[32] = { 128, 0, 128, 1, 128, 2, 128,
    3, 128, 8, 128, 9, 128, 10, 128, 11, 128, 4, 128, 5, 128, 6, 128, 7, 128,
    12, 128, 13, 128, 14, 128, 15 };

  (void) none;
  return hn::BitCast (du16,
      hn::TableLookupBytesOr0 (hn::LoadDup128 (d8, y), hn::Load (d8, order)));
#else
  constexpr hn::Half<D8> half;

  return hn::BitCast (du16,
      hn::InterleaveLower (d8, none,
          hn::ZeroExtendVector (d8, hn::LoadU (half, y))));
#endif
}

/* kBytes pixels from i on. */
template <bool kBytesOfLuma, bool kTwo>
HWY_INLINE void
rgb4_pixels (uint8_t *to, const uint8_t *y8, const int16_t *y7, const Chroma &c,
    const Weights &w, int i)
{
  V16 y[2];
  V8 colours[3];

  for (int h = 0; h < 2; h++) {
    const int at = i + h * kWords;
    hn::Vec<decltype (du16)> level;

    if constexpr (kBytesOfLuma)
      level = luma_words (y8 + at);
    else
      level = hn::BitCast (du16, hn::ShiftLeft<1> (hn::LoadU (d16, y7 + at)));
    y[h] = hn::BitCast (d16, hn::MulHigh (level, hn::BitCast (du16, w.luma)));
  }
  for (int k = 0; k < 3; k++) {
    const int16_t *upper = c.upper[k] + i, *lower = c.lower[k] + i;

    colours[k] = pack (colour<kTwo> (y[0], upper, lower, w),
        colour<kTwo> (y[1], upper + kWords, lower + kWords, w));
  }
  const V8 opaque = hn::Set (d8, 255);
#if HWY_ARCH_X86
  const V16 lo0 =
      hn::BitCast (d16, hn::InterleaveLower (d8, colours[0], colours[1]));
  const V16 hi0 =
      hn::BitCast (d16, hn::InterleaveUpper (d8, colours[0], colours[1]));
  const V16 lo1 =
      hn::BitCast (d16, hn::InterleaveLower (d8, colours[2], opaque));
  const V16 hi1 =
      hn::BitCast (d16, hn::InterleaveUpper (d8, colours[2], opaque));
  int16_t *words = reinterpret_cast<int16_t *> (to);

  hn::StoreU (hn::InterleaveLower (d16, lo0, lo1), d16, words);
  hn::StoreU (hn::InterleaveUpper (d16, lo0, lo1), d16, words + kWords);
  hn::StoreU (hn::InterleaveLower (d16, hi0, hi1), d16, words + 2 * kWords);
  hn::StoreU (hn::InterleaveUpper (d16, hi0, hi1), d16, words + 3 * kWords);
#else
  hn::StoreInterleaved4 (colours[0], colours[1], colours[2], opaque, d8, to);
#endif
}

template <bool kBytesOfLuma, bool kTwo>
HWY_INLINE void
rgb4_row (uint8_t *dst, const uint8_t *y8, const int16_t *y7,
    const Chroma &rows, const Weights &weights, int n)
{
  const Chroma c = rows;
  const Weights w = weights;
  int i = 0;

  for (; i + kBytes <= n; i += kBytes)
    rgb4_pixels<kBytesOfLuma, kTwo> (dst + 4 * static_cast<ptrdiff_t> (i), y8,
        y7, c, w, i);
  if (i < n) {
    HWY_ALIGN uint8_t last[4 * kBytes], luma[kBytes] = { 0 };
    const int rest = n - i;

    /* Luma bytes may be the source's own, which end here. */
    if constexpr (kBytesOfLuma)
      memcpy (luma, y8 + i, static_cast<size_t> (rest));
    rgb4_pixels<kBytesOfLuma, kTwo> (last, luma - i, y7, c, w, i);
    memcpy (dst + 4 * static_cast<ptrdiff_t> (i), last,
        4 * static_cast<size_t> (rest));
  }
}

void
rgb4 (uint8_t *dst, const uint8_t *y8, const int16_t *y7,
    const int16_t *const *c0, const int16_t *const *c1, int16_t weight,
    int16_t luma, int n)
{
  const Weights w = { hn::Set (d16, static_cast<int16_t> (32768 - weight)),
    hn::Set (d16, weight), hn::Set (d16, luma) };
  const int16_t *const *lower = c1 != nullptr ? c1 : c0;
  const Chroma c = { { c0[0], c0[1], c0[2] },
    { lower[0], lower[1], lower[2] } };

  if (y8 != nullptr && c1 != nullptr)
    rgb4_row<true, true> (dst, y8, y7, c, w, n);
  else if (y8 != nullptr)
    rgb4_row<true, false> (dst, y8, y7, c, w, n);
  else if (c1 != nullptr)
    rgb4_row<false, true> (dst, y8, y7, c, w, n);
  else
    rgb4_row<false, false> (dst, y8, y7, c, w, n);
}
} // namespace
HWY_AFTER_NAMESPACE ();

void
SV_EXPAND (sv_host_hwy_colour_init_, SV_ISA) (SvHostKernels *kernels)
{
  kernels->quads = kWords / 8;
  kernels->chroma = chroma;
  kernels->rgb4 = rgb4;
}
