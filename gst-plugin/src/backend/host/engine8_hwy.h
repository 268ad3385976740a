/* SPDX-License-Identifier: Apache-2.0 */

#ifndef SV_HOST_ENGINE8_HWY_H
#define SV_HOST_ENGINE8_HWY_H

/* What the row kernels of the 8-bit engine by Highway share. They are compiled
 * once per instruction set, SV_ISA being its name, and compute the integers of
 * engine8_tmpl.c. Highway has no multiplication of byte pairs and no packing of
 * two vectors to bytes: those are intrinsics on x86, and spelt out elsewhere.
 */

#include <hwy/highway.h>

#include "kernels.h"

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

/* The same of places at one distance. */
template <class D>
HWY_INLINE hn::Vec<D>
load_strided (D d, const uint8_t *row, ptrdiff_t stride)
{
  if constexpr (hn::MaxLanes (d) == 16) {
    return hn::LoadU (d, row);
  } else {
    constexpr hn::Half<D> half;
    constexpr ptrdiff_t n = hn::MaxLanes (d) / 32;

    return hn::Combine (d, load_strided (half, row + n * stride, stride),
        load_strided (half, row, stride));
  }
}

/* The same again, where they lie close together by one load of no more bytes.
 */
class Strided {
public:
  HWY_INLINE explicit Strided (ptrdiff_t distance) : stride (distance)
  {
#if HWY_ARCH_X86 && HWY_MAX_BYTES == 64
    HWY_ALIGN int32_t places[16] = {};

    close = stride > 0 && stride <= 16 && stride % 4 == 0;
    for (int i = 0; close && i < 16; i++)
      places[i] = static_cast<int32_t> (i / 4 * (stride / 4) + i % 4);
    words =
        static_cast<__mmask16> (close ? (1u << (3 * stride / 4 + 4)) - 1 : 0);
    order = _mm512_load_si512 (places);
#endif
  }

  HWY_INLINE V8 operator() (const uint8_t *row) const
  {
#if HWY_ARCH_X86 && HWY_MAX_BYTES == 64
    if (close)
      return V8{ _mm512_permutexvar_epi32 (order,
          _mm512_maskz_loadu_epi32 (words, row)) };
#endif
    return load_strided (d8, row, stride);
  }

private:
  const ptrdiff_t stride;
#if HWY_ARCH_X86 && HWY_MAX_BYTES == 64
  bool close;
  __mmask16 words;
  __m512i order;
#endif
};

/* Fetches the bytes of blocks; with kLoads 0 the number of loads is the
 * table's. With kAlike the blocks are those that are alike, and the place in
 * the row goes along with the block, from start() by step(). Tables are copied,
 * since the compiler must take stores for changes of theirs. */
template <int kLoads, bool kAlike> class Shuffle {
public:
  HWY_INLINE explicit Shuffle (const SvShuffle &table)
      : s (table), strided (table.stride)
  {
    if constexpr (kAlike)
      for (int t = 0; t < kLoads; t++)
        masks[t] = hn::LoadU (d8, s.masks + t * s.n + s.from * 16);
  }

  HWY_INLINE const uint8_t *start (const uint8_t *row) const
  {
    return kAlike ? row + s.base[s.from] : row;
  }

  HWY_INLINE ptrdiff_t step () const
  {
    return kAlike ? s.stride : 0;
  }

  HWY_INLINE V8 operator() (const uint8_t *row, int block) const
  {
    const int loads = kLoads > 0 ? kLoads : s.loads;
    V8 bytes = load (row, block, 0);

    for (int t = 1; t < loads; t++)
      bytes = hn::Or (bytes, load (row + t * 16, block, t));
    return bytes;
  }

private:
  HWY_INLINE V8 load (const uint8_t *row, int block, int t) const
  {
    if constexpr (kAlike)
      return hn::TableLookupBytesOr0 (strided (row), masks[t]);
    return hn::TableLookupBytesOr0 (load_blocks (d8, row, s.base + block),
        hn::LoadU (d8, s.masks + t * s.n + block * 16));
  }

  const SvShuffle s;
  const Strided strided;
  V8 masks[kLoads > 0 ? kLoads : 1];
};

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

/* Q7 from pairs, Q7 weights of them and what these lack. */
template <bool kExact>
HWY_INLINE V16
weigh_pairs (V8 pairs, hn::Vec<decltype (di8)> weights, V16 rest)
{
  const V16 sum = mul_pairs (pairs, weights);

  if constexpr (kExact)
    return sum;
  const auto difference =
      hn::BitCast (di8, hn::Set (d16, static_cast<int16_t> (0x01ff)));
  return hn::Add (sum,
      hn::MulFixedPoint15 (mul_pairs (pairs, difference), rest));
}

template <int kLoads, bool kExact, bool kAlike> class Filter {
public:
  HWY_INLINE explicit Filter (const SvColumns &table)
      : shuffle (table.pairs), c (table)
  {
    if constexpr (kAlike) {
      weights = hn::LoadU (di8, c.weights + c.pairs.from * 16);
      if constexpr (!kExact)
        rest = hn::LoadU (d16, c.rest + c.pairs.from * 8);
    }
  }

  HWY_INLINE V16 operator() (const uint8_t *row, int block) const
  {
    const auto w = kAlike ? weights : hn::LoadU (di8, c.weights + block * 16);
    const V16 r = kExact ? hn::Zero (d16)
        : kAlike         ? rest
                         : hn::LoadU (d16, c.rest + block * 8);

    return weigh_pairs<kExact> (shuffle (row, block), w, r);
  }

  const Shuffle<kLoads, kAlike> shuffle;

private:
  const SvColumns c;
  hn::Vec<decltype (di8)> weights;
  V16 rest;
};

/* Weights of columns that are alike, times one of rows in Q7: of the even and
 * of the odd bytes. */
struct Products
{
  HWY_INLINE Products (const SvColumns &c, int16_t weight)
  {
    const V16 w =
        hn::BitCast (d16, hn::LoadU (di8, c.weights + c.pairs.from * 16));
    const V16 q7 = hn::Set (d16, static_cast<int16_t> (weight / 256));

    even = hn::Mul (hn::ShiftRight<8> (hn::ShiftLeft<8> (w)), q7);
    odd = hn::Mul (hn::ShiftRight<8> (w), q7);
  }

  V16 even;
  V16 odd;
};

/* Whether a Q15 weight of rows goes into those of columns that are alike
 * without a rest, so that a sum of both rows is what lerp() would make of them.
 */
HWY_INLINE bool
weights_join (const SvColumns &c, int16_t weight)
{
  if (!c.exact || weight % 256 != 0 || c.pairs.to == c.pairs.from)
    return false;
  const Products p (c, weight);
  const V16 rest = hn::And (hn::Or (p.even, p.odd),
      hn::Set (d16, static_cast<int16_t> (127)));

  return hn::AllTrue (d16, hn::Eq (rest, hn::Zero (d16)));
}

enum Way
{
  kOneRow,
  kBlended,
  kJoined /* by weights that join, of columns that are alike */
};

/* Filters one row or two. */
template <int kLoads, bool kExact, bool kAlike, Way kWay> class RowsFilter {
public:
  HWY_INLINE RowsFilter (const SvColumns &table, int16_t row_weight)
      : filter (table), weight (hn::Set (d16, row_weight))
  {
    if constexpr (kWay != kJoined)
      return;
    const Products p (table, row_weight);
    const V16 low = hn::Set (d16, static_cast<int16_t> (255));

    weights1 = hn::BitCast (di8,
        hn::Or (hn::ShiftLeft<8> (hn::ShiftRight<7> (p.odd)),
            hn::And (hn::ShiftRight<7> (p.even), low)));
    weights0 = hn::Sub (hn::LoadU (di8, table.weights + table.pairs.from * 16),
        weights1);
  }

  HWY_INLINE V16 operator() (const uint8_t *row0, const uint8_t *row1,
      int block) const
  {
    if constexpr (kWay == kOneRow)
      return filter (row0, block);
    else if constexpr (kWay == kBlended)
      return lerp (filter (row0, block), filter (row1, block), weight);
    else
      return hn::Add (mul_pairs (filter.shuffle (row0, block), weights0),
          mul_pairs (filter.shuffle (row1, block), weights1));
  }

  const Filter<kLoads, kExact, kAlike> filter;

private:
  const V16 weight;
  hn::Vec<decltype (di8)> weights0;
  hn::Vec<decltype (di8)> weights1;
};

} // namespace
HWY_AFTER_NAMESPACE ();

#endif
