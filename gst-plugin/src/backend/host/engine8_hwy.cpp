/* SPDX-License-Identifier: Apache-2.0 */

/* Row kernels of the 8-bit engine by Highway, compiled once per instruction
 * set, SV_ISA being its name; each computes the integers of engine8_tmpl.c.
 * Highway has no multiplication of byte pairs and no packing of two vectors to
 * bytes: those are intrinsics on x86, and spelt out elsewhere. */

#include <string.h>

#include <hwy/highway.h>

#include "kernels.h"

#define SV_PASTE(a, b) a##b
#define SV_EXPAND(a, b) SV_PASTE (a, b)

HWY_BEFORE_NAMESPACE ();
namespace {
namespace hn = hwy::HWY_NAMESPACE;

using D8 = hn::ScalableTag<uint8_t>;
using D16 = hn::ScalableTag<int16_t>;
using V8 = hn::Vec<D8>;
using V16 = hn::Vec<D16>;

constexpr D8 d8;
constexpr D16 d16;
constexpr hn::Repartition<int8_t, D16> di8;
constexpr hn::Repartition<uint16_t, D16> du16;
constexpr hn::Repartition<uint64_t, D16> d64;
constexpr int kBytes = HWY_MAX_BYTES;
constexpr int kWords = kBytes / 2;

/* Tables are copied into local variables before a loop, since the compiler must
 * take its stores for changes of theirs. */

/* 16 bytes from each of the next blocks' places. */
template <class D>
HWY_INLINE hn::Vec<D>
load_blocks (D d, const uint8_t *row, const int32_t *base)
{
  if constexpr (hn::MaxLanes (d) == 16) {
    return hn::LoadU (d, row + base[0]);
  } else {
    constexpr hn::Half<D> half;

    return hn::Combine (d,
        load_blocks (half, row, base + hn::MaxLanes (d) / 32),
        load_blocks (half, row, base));
  }
}

/* Bytes of the blocks at `block`; with kLoads 0 their number is `loads`. */
template <int kLoads>
HWY_INLINE V8
shuffle_blocks (const uint8_t *row, const SvShuffle &s, int block)
{
  const int loads = kLoads > 0 ? kLoads : s.loads;
  const uint8_t *mask = s.masks + block * 16;
  V8 bytes = hn::TableLookupBytesOr0 (load_blocks (d8, row, s.base + block),
      hn::LoadU (d8, mask));

  for (int t = 1; t < loads; t++) {
    mask += s.n;
    bytes = hn::Or (bytes,
        hn::TableLookupBytesOr0 (load_blocks (d8, row + t * 16, s.base + block),
            hn::LoadU (d8, mask)));
  }
  return bytes;
}

/* Sums of neighbours: unsigned bytes times signed ones. */
template <class V>
HWY_INLINE V16
mul_pairs (V8 bytes, V weights)
{
#if HWY_ARCH_X86 && HWY_MAX_BYTES == 64
  return V16{ _mm512_maddubs_epi16 (bytes.raw, weights.raw) };
#elif HWY_ARCH_X86 && HWY_MAX_BYTES == 32
  return V16{ _mm256_maddubs_epi16 (bytes.raw, weights.raw) };
#elif HWY_ARCH_X86 && HWY_MAX_BYTES == 16
  return V16{ _mm_maddubs_epi16 (bytes.raw, weights.raw) };
#else
  const V16 pairs = hn::BitCast (d16, bytes), w = hn::BitCast (d16, weights);
  const V16 even = hn::And (pairs, hn::Set (d16, 255));
  const V16 odd = hn::And (hn::ShiftRight<8> (pairs), hn::Set (d16, 255));

  return hn::Add (hn::Mul (even, hn::ShiftRight<8> (hn::ShiftLeft<8> (w))),
      hn::Mul (odd, hn::ShiftRight<8> (w)));
#endif
}

/* Saturated bytes of two vectors, block by block. */
HWY_INLINE V8
pack (V16 lo, V16 hi)
{
#if HWY_ARCH_X86 && HWY_MAX_BYTES == 64
  return V8{ _mm512_packus_epi16 (lo.raw, hi.raw) };
#elif HWY_ARCH_X86 && HWY_MAX_BYTES == 32
  return V8{ _mm256_packus_epi16 (lo.raw, hi.raw) };
#elif HWY_ARCH_X86 && HWY_MAX_BYTES == 16
  return V8{ _mm_packus_epi16 (lo.raw, hi.raw) };
#else
  constexpr hn::Rebind<uint8_t, D16> half;

  return hn::Combine (d8, hn::DemoteTo (half, hi), hn::DemoteTo (half, lo));
#endif
}

HWY_INLINE V16
lerp (V16 a, V16 b, V16 weight)
{
  return hn::Add (a, hn::MulFixedPoint15 (hn::Sub (b, a), weight));
}

template <int kLoads>
HWY_INLINE void
pick_blocks (uint8_t *dst, const uint8_t *row, const SvShuffle &table, V8 fill,
    uint32_t pattern, int n)
{
  const SvShuffle s = table;
  int i = 0;

  for (; i + kBytes <= n; i += kBytes)
    hn::StoreU (hn::Or (shuffle_blocks<kLoads> (row, s, i / 16), fill), d8,
        dst + i);
  for (; i < n; i++) {
    const uint8_t byte = (uint8_t) (pattern >> (i % 4 * 8));

    dst[i] = s.at[i] < 0 ? byte : row[s.at[i]] | byte;
  }
}

void
pick (uint8_t *dst, const uint8_t *row, const SvShuffle *s, uint32_t fill,
    int n)
{
  const hn::Repartition<uint32_t, D8> d32;
  const V8 v = hn::BitCast (d8, hn::Set (d32, fill));

  switch (s->loads) {
    case 1:
      return pick_blocks<1> (dst, row, *s, v, fill, n);
    case 2:
      return pick_blocks<2> (dst, row, *s, v, fill, n);
    case 3:
      return pick_blocks<3> (dst, row, *s, v, fill, n);
    default:
      return pick_blocks<0> (dst, row, *s, v, fill, n);
  }
}

template <int kLoads, bool kExact>
HWY_INLINE V16
filter_blocks (const uint8_t *row, const SvColumns &c, int block)
{
  const V8 pairs = shuffle_blocks<kLoads> (row, c.pairs, block);
  const V16 sum = mul_pairs (pairs, hn::LoadU (di8, c.weights + block * 16));

  if constexpr (kExact)
    return sum;
  const auto difference =
      hn::BitCast (di8, hn::Set (d16, static_cast<int16_t> (0x01ff)));
  return hn::Add (sum,
      hn::MulFixedPoint15 (mul_pairs (pairs, difference),
          hn::LoadU (d16, c.rest + block * 8)));
}

template <int kLoads, bool kExact>
HWY_INLINE void
filter_rows (int16_t *out, const uint8_t *row0, const uint8_t *row1,
    int16_t weight, const SvColumns &table)
{
  const SvColumns c = table;
  const int n = c.pairs.n / 2;
  const V16 w = hn::Set (d16, weight);

  if (row1 == nullptr) {
    for (int i = 0; i < n; i += kWords)
      hn::StoreU (filter_blocks<kLoads, kExact> (row0, c, i / 8), d16, out + i);
    return;
  }
  for (int i = 0; i < n; i += kWords)
    hn::StoreU (lerp (filter_blocks<kLoads, kExact> (row0, c, i / 8),
                    filter_blocks<kLoads, kExact> (row1, c, i / 8), w),
        d16, out + i);
}

template <bool kExact>
HWY_INLINE void
filter_by_loads (int16_t *out, const uint8_t *row0, const uint8_t *row1,
    int16_t weight, const SvColumns *c)
{
  switch (c->pairs.loads) {
    case 1:
      return filter_rows<1, kExact> (out, row0, row1, weight, *c);
    case 2:
      return filter_rows<2, kExact> (out, row0, row1, weight, *c);
    case 3:
      return filter_rows<3, kExact> (out, row0, row1, weight, *c);
    default:
      return filter_rows<0, kExact> (out, row0, row1, weight, *c);
  }
}

void
filter (int16_t *out, const uint8_t *row0, const uint8_t *row1, int16_t weight,
    const SvColumns *columns)
{
  if (columns->exact)
    filter_by_loads<true> (out, row0, row1, weight, columns);
  else
    filter_by_loads<false> (out, row0, row1, weight, columns);
}

void
blend (int16_t *out, const int16_t *a, const int16_t *b, int16_t weight, int n)
{
  const V16 w = hn::Set (d16, weight);

  for (int i = 0; i < n; i += kWords)
    hn::StoreU (lerp (hn::LoadU (d16, a + i), hn::LoadU (d16, b + i), w), d16,
        out + i);
}

template <bool kTwo>
HWY_INLINE V16
rounded (const int16_t *a, const int16_t *b, V16 weight)
{
  V16 v = hn::LoadU (d16, a);

  if constexpr (kTwo)
    v = lerp (v, hn::LoadU (d16, b), weight);
  return hn::ShiftRight<7> (hn::Add (v, hn::Set (d16, 64)));
}

/* Bytes of kBytes lanes in their order. */
template <bool kTwo>
HWY_INLINE V8
round_bytes (const int16_t *a, const int16_t *b, V16 weight)
{
  const V8 bytes = pack (rounded<kTwo> (a, b, weight),
      rounded<kTwo> (a + kWords, kTwo ? b + kWords : b, weight));

#if HWY_ARCH_X86 && HWY_MAX_BYTES == 64
  const __m512i order = _mm512_setr_epi64 (0, 2, 4, 6, 1, 3, 5, 7);

  return V8{ _mm512_permutexvar_epi64 (order, bytes.raw) };
#elif HWY_ARCH_X86 && HWY_MAX_BYTES == 32
  return V8{ _mm256_permute4x64_epi64 (bytes.raw, 0xd8) };
#else
  return bytes;
#endif
}

template <bool kTwo>
HWY_INLINE void
round_all (uint8_t *dst, const int16_t *a, const int16_t *b, V16 weight,
    V8 fill, int n)
{
  int i = 0;

  for (; i + kBytes <= n; i += kBytes)
    hn::StoreU (hn::Or (round_bytes<kTwo> (a + i, kTwo ? b + i : b, weight),
                    fill),
        d8, dst + i);
  if (i < n) {
    HWY_ALIGN uint8_t last[kBytes];

    hn::Store (hn::Or (round_bytes<kTwo> (a + i, kTwo ? b + i : b, weight),
                   fill),
        d8, last);
    memcpy (dst + i, last, static_cast<size_t> (n - i));
  }
}

void
round_rows (uint8_t *dst, const int16_t *a, const int16_t *b, int16_t weight,
    uint32_t fill, int n)
{
  const hn::Repartition<uint32_t, D8> d32;
  const V8 v = hn::BitCast (d8, hn::Set (d32, fill));
  const V16 w = hn::Set (d16, weight);

  if (b == nullptr)
    round_all<false> (dst, a, b, w, v, n);
  else
    round_all<true> (dst, a, b, w, v, n);
}

/* Q7 around 128 to twice that. */
HWY_INLINE V16
centred (V16 v)
{
  return hn::Xor (hn::ShiftLeft<1> (v),
      hn::Set (d16, static_cast<int16_t> (0x8000)));
}

template <int kLoads, bool kExact, bool kGrouped>
HWY_INLINE void
chroma_all (int16_t *const out[3], const uint8_t *row_u, const uint8_t *row_v,
    const SvColumns &table, const SvYuvToRgb *c)
{
  const SvColumns columns = table;
  const bool red_first = c->v[0] != 0;
  int16_t *const red = out[red_first ? 0 : 2];
  int16_t *const green = out[1];
  int16_t *const blue = out[red_first ? 2 : 0];
  const V16 constant = hn::Set (d16, c->constant);
  const V16 red_v = hn::Set (d16, c->v[red_first ? 0 : 2]);
  const V16 blue_u = hn::Set (d16, c->u[red_first ? 2 : 0]);
  const V16 green_u = hn::Set (d16, c->u[1]), green_v = hn::Set (d16, c->v[1]);
  const int n = columns.pairs.n / (kGrouped ? 4 : 2);

  for (int i = 0; i < n; i += kWords) {
    V16 u, v;

    if constexpr (kGrouped) {
      const int block = i / 4;
      const auto a = hn::BitCast (d64,
          filter_blocks<kLoads, kExact> (row_u, columns, block));
      const auto b = hn::BitCast (d64,
          filter_blocks<kLoads, kExact> (row_u, columns, block + kWords / 8));

      u = hn::BitCast (d16, hn::InterleaveLower (d64, a, b));
      v = hn::BitCast (d16, hn::InterleaveUpper (d64, a, b));
    } else {
      u = filter_blocks<kLoads, kExact> (row_u, columns, i / 8);
      v = filter_blocks<kLoads, kExact> (row_v, columns, i / 8);
    }
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
SV_EXPAND (sv_host_hwy_init_, SV_ISA) (SvHostKernels *kernels)
{
  kernels->quads = kWords / 8;
  kernels->pick = pick;
  kernels->filter = filter;
  kernels->blend = blend;
  kernels->round_rows = round_rows;
  kernels->chroma = chroma;
  kernels->rgb4 = rgb4;
}
