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
constexpr hn::Repartition<uint64_t, D16> d64;
constexpr int kBytes = HWY_MAX_BYTES;
constexpr int kWords = kBytes / 2;

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
shuffle_blocks (const uint8_t *row, const SvShuffle *s, int block)
{
  const int loads = kLoads > 0 ? kLoads : s->loads;
  const uint8_t *mask = s->masks + block * 16;
  V8 bytes = hn::TableLookupBytesOr0 (load_blocks (d8, row, s->base + block),
      hn::LoadU (d8, mask));

  for (int t = 1; t < loads; t++) {
    mask += s->n;
    bytes = hn::Or (bytes,
        hn::TableLookupBytesOr0 (load_blocks (d8, row + t * 16,
                                     s->base + block),
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

/* The four quarters of every two blocks as they follow in memory: from blocks
 * (0 1) or (0 1 2 3) of both, a0 b0 a1 b1 and so on. */
HWY_INLINE void
store_alternating (uint8_t *to, V8 a, V8 b)
{
#if HWY_MAX_BYTES == 16
  hn::StoreU (a, d8, to);
  hn::StoreU (b, d8, to + 16);
#else
  V8 lower = hn::ConcatLowerLower (d8, b, a);
  V8 upper = hn::ConcatUpperUpper (d8, b, a);

#if HWY_MAX_BYTES == 64
  lower = V8{ _mm512_shuffle_i64x2 (lower.raw, lower.raw, 0xd8) };
  upper = V8{ _mm512_shuffle_i64x2 (upper.raw, upper.raw, 0xd8) };
#endif
  hn::StoreU (lower, d8, to);
  hn::StoreU (upper, d8, to + kBytes);
#endif
}

HWY_INLINE V16
lerp (V16 a, V16 b, V16 weight)
{
  return hn::Add (a, hn::MulFixedPoint15 (hn::Sub (b, a), weight));
}

template <int kLoads>
HWY_INLINE void
pick_blocks (uint8_t *dst, const uint8_t *row, const SvShuffle *s, V8 fill,
    uint32_t pattern, int n)
{
  int i = 0;

  for (; i + kBytes <= n; i += kBytes)
    hn::StoreU (hn::Or (shuffle_blocks<kLoads> (row, s, i / 16), fill), d8,
        dst + i);
  for (; i < n; i++) {
    const uint8_t byte = (uint8_t) (pattern >> (i % 4 * 8));

    dst[i] = s->at[i] < 0 ? byte : row[s->at[i]] | byte;
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
      return pick_blocks<1> (dst, row, s, v, fill, n);
    case 2:
      return pick_blocks<2> (dst, row, s, v, fill, n);
    case 3:
      return pick_blocks<3> (dst, row, s, v, fill, n);
    default:
      return pick_blocks<0> (dst, row, s, v, fill, n);
  }
}

template <int kLoads, bool kExact>
HWY_INLINE V16
filter_blocks (const uint8_t *row, const SvColumns *c, int block)
{
  const V8 pairs = shuffle_blocks<kLoads> (row, &c->pairs, block);
  const V16 sum = mul_pairs (pairs, hn::LoadU (di8, c->weights + block * 16));

  if constexpr (kExact)
    return sum;
  const auto difference =
      hn::BitCast (di8, hn::Set (d16, static_cast<int16_t> (0x01ff)));
  return hn::Add (sum,
      hn::MulFixedPoint15 (mul_pairs (pairs, difference),
          hn::LoadU (d16, c->rest + block * 8)));
}

template <int kLoads, bool kExact>
HWY_INLINE void
filter_rows (int16_t *out, const uint8_t *row0, const uint8_t *row1,
    int16_t weight, const SvColumns *c)
{
  const int n = c->pairs.n / 2;
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
      return filter_rows<1, kExact> (out, row0, row1, weight, c);
    case 2:
      return filter_rows<2, kExact> (out, row0, row1, weight, c);
    case 3:
      return filter_rows<3, kExact> (out, row0, row1, weight, c);
    default:
      return filter_rows<0, kExact> (out, row0, row1, weight, c);
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

template <bool kGrouped, bool kRedFirst>
HWY_INLINE void
chroma_all (int16_t *const out[3], const int16_t *u, const int16_t *v,
    const SvYuvToRgb *c, int n)
{
  const V16 constant = hn::Set (d16, c->constant);
  const V16 first = hn::Set (d16, kRedFirst ? c->v[0] : c->u[0]);
  const V16 last = hn::Set (d16, kRedFirst ? c->u[2] : c->v[2]);
  const V16 green_u = hn::Set (d16, c->u[1]), green_v = hn::Set (d16, c->v[1]);

  for (int i = 0; i < n; i += kWords) {
    V16 du, dv;

    if constexpr (kGrouped) {
      const auto a = hn::BitCast (d64, hn::LoadU (d16, u + 2 * i));
      const auto b = hn::BitCast (d64, hn::LoadU (d16, u + 2 * i + kWords));

      du = centred (hn::BitCast (d16, hn::ConcatEven (d64, b, a)));
      dv = centred (hn::BitCast (d16, hn::ConcatOdd (d64, b, a)));
    } else {
      du = centred (hn::LoadU (d16, u + i));
      dv = centred (hn::LoadU (d16, v + i));
    }
    hn::StoreU (hn::Add (hn::MulFixedPoint15 (kRedFirst ? dv : du, first),
                    constant),
        d16, out[0] + i);
    hn::StoreU (hn::Add (hn::Add (hn::MulFixedPoint15 (du, green_u),
                             hn::MulFixedPoint15 (dv, green_v)),
                    constant),
        d16, out[1] + i);
    hn::StoreU (hn::Add (hn::MulFixedPoint15 (kRedFirst ? du : dv, last),
                    constant),
        d16, out[2] + i);
  }
}

void
chroma (int16_t *const out[3], const int16_t *u, const int16_t *v,
    const SvYuvToRgb *c, int n)
{
  const bool red_first = c->v[0] != 0;

  if (v == nullptr && red_first)
    chroma_all<true, true> (out, u, v, c, n);
  else if (v == nullptr)
    chroma_all<true, false> (out, u, v, c, n);
  else if (red_first)
    chroma_all<false, true> (out, u, v, c, n);
  else
    chroma_all<false, false> (out, u, v, c, n);
}

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

/* kBytes pixels from i on. */
template <bool kBytesOfLuma, bool kTwo>
HWY_INLINE void
rgb4_pixels (uint8_t *to, const uint8_t *y8, const int16_t *y7,
    const int16_t *const *c0, const int16_t *const *c1, const Weights &w, int i)
{
  V16 y[2];
  V8 colours[3];

  for (int h = 0; h < 2; h++) {
    if constexpr (kBytesOfLuma) {
      constexpr hn::Rebind<uint8_t, D16> half;

      y[h] = hn::ShiftLeft<7> (hn::PromoteTo (d16,
          hn::LoadU (half, y8 + i + h * kWords)));
    } else {
      y[h] = hn::LoadU (d16, y7 + i + h * kWords);
    }
    y[h] = hn::MulFixedPoint15 (y[h], w.luma);
  }
  for (int k = 0; k < 3; k++) {
    const int16_t *upper = c0[k] + i, *lower = kTwo ? c1[k] + i : upper;

    colours[k] = pack (colour<kTwo> (y[0], upper, lower, w),
        colour<kTwo> (y[1], upper + kWords, lower + kWords, w));
  }
#if HWY_ARCH_X86
  constexpr hn::Repartition<uint16_t, D8> pairs;
  const V8 opaque = hn::Set (d8, 255);
  const auto lo0 =
      hn::BitCast (pairs, hn::InterleaveLower (d8, colours[0], colours[1]));
  const auto hi0 =
      hn::BitCast (pairs, hn::InterleaveUpper (d8, colours[0], colours[1]));
  const auto lo1 =
      hn::BitCast (pairs, hn::InterleaveLower (d8, colours[2], opaque));
  const auto hi1 =
      hn::BitCast (pairs, hn::InterleaveUpper (d8, colours[2], opaque));

  store_alternating (to,
      hn::BitCast (d8, hn::InterleaveLower (pairs, lo0, lo1)),
      hn::BitCast (d8, hn::InterleaveUpper (pairs, lo0, lo1)));
  store_alternating (to + 2 * kBytes,
      hn::BitCast (d8, hn::InterleaveLower (pairs, hi0, hi1)),
      hn::BitCast (d8, hn::InterleaveUpper (pairs, hi0, hi1)));
#else
  hn::StoreInterleaved4 (colours[0], colours[1], colours[2], hn::Set (d8, 255),
      d8, to);
#endif
}

template <bool kBytesOfLuma, bool kTwo>
HWY_INLINE void
rgb4_row (uint8_t *dst, const uint8_t *y8, const int16_t *y7,
    const int16_t *const *c0, const int16_t *const *c1, const Weights &w, int n)
{
  int i = 0;

  for (; i + kBytes <= n; i += kBytes)
    rgb4_pixels<kBytesOfLuma, kTwo> (dst + 4 * static_cast<ptrdiff_t> (i), y8,
        y7, c0, c1, w, i);
  if (i < n) {
    HWY_ALIGN uint8_t last[4 * kBytes], luma[kBytes] = { 0 };
    const int rest = n - i;

    /* Luma bytes may be the source's own, which end here. */
    if constexpr (kBytesOfLuma)
      memcpy (luma, y8 + i, static_cast<size_t> (rest));
    rgb4_pixels<kBytesOfLuma, kTwo> (last, luma - i, y7, c0, c1, w, i);
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

  if (y8 != nullptr && c1 != nullptr)
    rgb4_row<true, true> (dst, y8, y7, c0, c1, w, n);
  else if (y8 != nullptr)
    rgb4_row<true, false> (dst, y8, y7, c0, c1, w, n);
  else if (c1 != nullptr)
    rgb4_row<false, true> (dst, y8, y7, c0, c1, w, n);
  else
    rgb4_row<false, false> (dst, y8, y7, c0, c1, w, n);
}
} // namespace
HWY_AFTER_NAMESPACE ();

void
SV_EXPAND (sv_host_hwy_init_, SV_ISA) (SvHostKernels *kernels)
{
  kernels->pick = pick;
  kernels->filter = filter;
  kernels->blend = blend;
  kernels->round_rows = round_rows;
  kernels->chroma = chroma;
  kernels->rgb4 = rgb4;
}
