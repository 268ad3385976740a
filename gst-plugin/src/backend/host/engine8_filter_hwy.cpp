/* SPDX-License-Identifier: Apache-2.0 */

/* Fetching, filtering and rounding rows, by Highway. */

#include <string.h>

#include "engine8_hwy.h"

#define SV_PASTE(a, b) a##b
#define SV_EXPAND(a, b) SV_PASTE (a, b)

HWY_BEFORE_NAMESPACE ();
namespace {
template <int kLoads, bool kAlike>
HWY_INLINE void
pick_part (uint8_t *dst, const uint8_t *row, const SvShuffle &s, V8 fill,
    int from, int to)
{
  const Shuffle<kLoads, kAlike> shuffle (s);

  row = shuffle.start (row);
  for (int i = from; i < to; i += kBytes, row += kBytes / 16 * shuffle.step ())
    hn::StoreU (hn::Or (shuffle (row, i >> 4), fill), d8, dst + i);
}

HWY_INLINE int
at_most (int a, int b)
{
  return a < b ? a : b;
}

template <int kLoads>
HWY_INLINE void
pick_blocks (uint8_t *dst, const uint8_t *row, const SvShuffle &s, V8 fill,
    uint32_t pattern, int n)
{
  const int whole = n / kBytes * kBytes;
  const int from = at_most (s.from * 16, whole),
            to = at_most (s.to * 16, whole);

  if constexpr (kLoads > 0) {
    pick_part<kLoads, false> (dst, row, s, fill, 0, from);
    pick_part<kLoads, true> (dst, row, s, fill, from, to);
  }
  pick_part<kLoads, false> (dst, row, s, fill, kLoads > 0 ? to : 0, whole);
  for (int i = whole; i < n; i++) {
    const uint8_t byte = (uint8_t) (pattern >> (i % 4 * 8));

    dst[i] = s.at[i] < 0 ? byte : row[s.at[i]] | byte;
  }
}

/* Every second, third or fourth word; a vector's of every third lie in lanes of
 * their own in the three vectors that hold them. */
template <int kWordsApart>
HWY_INLINE void
pick_words (uint8_t *dst, const uint8_t *row, int n_words)
{
  const hn::Repartition<uint32_t, D8> d32;
  constexpr int n = kBytes / 4;
  const uint32_t *from = reinterpret_cast<const uint32_t *> (row);
  uint32_t *to = reinterpret_cast<uint32_t *> (dst);
  HWY_ALIGN uint32_t place[n], second[n], third[n];
  int i = 0;

  for (uint32_t k = 0; k < n; k++) {
    place[k] = 3 * k % n;
    second[k] = (n + k) % 3 == 0 ? ~0u : 0;
    third[k] = (2 * n + k) % 3 == 0 ? ~0u : 0;
  }
  const auto order = hn::SetTableIndices (d32, place);
  const auto in_second = hn::MaskFromVec (hn::Load (d32, second));
  const auto in_third = hn::MaskFromVec (hn::Load (d32, third));
  for (; i + n < n_words; i += n, from += n * kWordsApart) {
    const auto a = hn::LoadU (d32, from), b = hn::LoadU (d32, from + n);

    if constexpr (kWordsApart == 2) {
      hn::StoreU (hn::ConcatEven (d32, b, a), d32, to + i);
    } else if constexpr (kWordsApart == 3) {
      const auto c = hn::LoadU (d32, from + 2 * n);
      const auto all =
          hn::IfThenElse (in_third, c, hn::IfThenElse (in_second, b, a));

      hn::StoreU (hn::TableLookupLanes (all, order), d32, to + i);
    } else {
      const auto c = hn::LoadU (d32, from + 2 * n);
      const auto d = hn::LoadU (d32, from + 3 * n);

      hn::StoreU (hn::ConcatEven (d32, hn::ConcatEven (d32, d, c),
                      hn::ConcatEven (d32, b, a)),
          d32, to + i);
    }
  }
  for (; i < n_words; i++, from += kWordsApart)
    memcpy (to + i, from, 4);
}

void
pick (uint8_t *dst, const uint8_t *row, const SvShuffle *s, uint32_t fill,
    int n)
{
  const hn::Repartition<uint32_t, D8> d32;
  const V8 v = hn::BitCast (d8, hn::Set (d32, fill));

  if (fill == 0 && n % 4 == 0 && s->words == 2)
    return pick_words<2> (dst, row + s->at[0], n / 4);
  if (fill == 0 && n % 4 == 0 && s->words == 3)
    return pick_words<3> (dst, row + s->at[0], n / 4);
  if (fill == 0 && n % 4 == 0 && s->words == 4)
    return pick_words<4> (dst, row + s->at[0], n / 4);
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

template <int kLoads, bool kExact, bool kAlike>
HWY_INLINE void
filter_part (int16_t *out, const uint8_t *row0, const uint8_t *row1,
    int16_t weight, const SvColumns &c, int from, int to)
{
  const Filter<kLoads, kExact, kAlike> filter (c);
  const V16 w = hn::Set (d16, weight);

  const ptrdiff_t step = kWords / 8 * filter.shuffle.step ();

  row0 = filter.shuffle.start (row0);
  if (row1 == nullptr) {
    for (int i = from; i < to; i += kWords, row0 += step)
      hn::StoreU (filter (row0, i >> 3), d16, out + i);
    return;
  }
  row1 = filter.shuffle.start (row1);
  for (int i = from; i < to; i += kWords, row0 += step, row1 += step)
    hn::StoreU (lerp (filter (row0, i >> 3), filter (row1, i >> 3), w), d16,
        out + i);
}

template <int kLoads, bool kExact>
HWY_INLINE void
filter_rows (int16_t *out, const uint8_t *row0, const uint8_t *row1,
    int16_t weight, const SvColumns &c)
{
  const int from = c.pairs.from * 8, to = c.pairs.to * 8, n = c.pairs.n / 2;

  if constexpr (kLoads > 0) {
    filter_part<kLoads, kExact, false> (out, row0, row1, weight, c, 0, from);
    filter_part<kLoads, kExact, true> (out, row0, row1, weight, c, from, to);
  }
  filter_part<kLoads, kExact, false> (out, row0, row1, weight, c,
      kLoads > 0 ? to : 0, n);
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

HWY_INLINE V16
round_q7 (V16 v)
{
  return hn::ShiftRight<7> (hn::Add (v, hn::Set (d16, 64)));
}

/* Bytes of two vectors of levels in their order. */
HWY_INLINE V8
pack_in_order (V16 lo, V16 hi)
{
  const V8 bytes = pack (lo, hi);

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
HWY_INLINE V16
rounded (const int16_t *a, const int16_t *b, V16 weight)
{
  V16 v = hn::LoadU (d16, a);

  if constexpr (kTwo)
    v = lerp (v, hn::LoadU (d16, b), weight);
  return round_q7 (v);
}

template <bool kTwo>
HWY_INLINE V8
round_bytes (const int16_t *a, const int16_t *b, V16 weight)
{
  return pack_in_order (rounded<kTwo> (a, b, weight),
      rounded<kTwo> (a + kWords, kTwo ? b + kWords : b, weight));
}

/* Lanes from..to - 1, multiples of kBytes but for the last one. */
template <int kLoads, bool kExact, bool kAlike>
HWY_INLINE void
filter_round_part (uint8_t *dst, const uint8_t *row0, const uint8_t *row1,
    int16_t weight, const SvColumns &c, V8 fill, int from, int to)
{
  const Filter<kLoads, kExact, kAlike> filter (c);
  const V16 w = hn::Set (d16, weight);
  const ptrdiff_t step = kWords / 8 * filter.shuffle.step ();

  row0 = filter.shuffle.start (row0);
  if (row1 != nullptr)
    row1 = filter.shuffle.start (row1);
  if constexpr (kAlike) {
    const ptrdiff_t skipped = (from / 8 - c.pairs.from) * c.pairs.stride;

    row0 += skipped;
    if (row1 != nullptr)
      row1 += skipped;
  }
  for (int i = from; i < to; i += kBytes) {
    V16 lo = filter (row0, i >> 3);
    V16 hi = filter (row0 + step, (i + kWords) >> 3);

    row0 += 2 * step;
    if (row1 != nullptr) {
      lo = lerp (lo, filter (row1, i >> 3), w);
      hi = lerp (hi, filter (row1 + step, (i + kWords) >> 3), w);
      row1 += 2 * step;
    }
    const V8 bytes =
        hn::Or (pack_in_order (round_q7 (lo), round_q7 (hi)), fill);

    if (i + kBytes <= to) {
      hn::StoreU (bytes, d8, dst + i);
    } else {
      HWY_ALIGN uint8_t last[kBytes];

      hn::Store (bytes, d8, last);
      memcpy (dst + i, last, static_cast<size_t> (to - i));
    }
  }
}

template <int kLoads, bool kExact>
HWY_INLINE void
filter_round_all (uint8_t *dst, const uint8_t *row0, const uint8_t *row1,
    int16_t weight, const SvColumns &c, V8 fill, int n)
{
  const int end = n / kBytes * kBytes;
  const int from = at_most (c.pairs.from * 8, end);
  int to = at_most (c.pairs.to * 8, end);

  if constexpr (kLoads > 0) {
    filter_round_part<kLoads, kExact, false> (dst, row0, row1, weight, c, fill,
        0, from);
    filter_round_part<kLoads, kExact, true> (dst, row0, row1, weight, c, fill,
        from, to);
  } else {
    to = 0;
  }
  filter_round_part<kLoads, kExact, false> (dst, row0, row1, weight, c, fill,
      to, n);
}

#if HWY_ARCH_X86 && HWY_MAX_BYTES >= 32
#define SV_HAVE_WORD_PAIRS 1

/* Pairs of pixels of four bytes, a vector at a time. */
template <bool kExact> class WordPairs {
public:
  HWY_INLINE explicit WordPairs (const SvColumns &table)
      : c (table), order (hn::LoadDup128 (d8, table.words.order))
  {
  }

  HWY_INLINE V16 operator() (const uint8_t *row, int i) const
  {
    const int32_t *base = c.words.base + 2 * i;
    const V8 a = hn::LoadU (d8, row + base[0]);
    const V8 b = hn::LoadU (d8, row + base[1]);
    const uint8_t *index = reinterpret_cast<const uint8_t *> (c.words.index)
        + static_cast<ptrdiff_t> (i) * kBytes;
    const V8 at = hn::LoadU (d8, index);
#if HWY_MAX_BYTES == 64
    const V8 words{
      _mm512_mask_permutexvar_epi32 (_mm512_permutexvar_epi32 (at.raw, a.raw),
          0xff00, at.raw, b.raw)
    };
#else
    const V8 words{
      _mm256_blend_epi32 (_mm256_permutevar8x32_epi32 (a.raw, at.raw),
          _mm256_permutevar8x32_epi32 (b.raw, at.raw), 0xf0)
    };
#endif

    return weigh_pairs<kExact> (hn::TableLookupBytes (words, order),
        hn::LoadU (di8, c.weights + i * kBytes),
        kExact ? hn::Zero (d16) : hn::LoadU (d16, c.rest + i * kWords));
  }

private:
  const SvColumns c;
  const V8 order;
};

template <bool kExact, bool kTwo>
HWY_INLINE void
filter_round_words (uint8_t *dst, const uint8_t *row0, const uint8_t *row1,
    int16_t weight, const SvColumns &c, V8 fill, int n)
{
  const WordPairs<kExact> filter (c);
  const V16 w = hn::Set (d16, weight);

  for (int i = 0; i < n; i += kBytes) {
    const int v = i / kWords;
    V16 lo = filter (row0, v), hi = filter (row0, v + 1);

    if constexpr (kTwo) {
      lo = lerp (lo, filter (row1, v), w);
      hi = lerp (hi, filter (row1, v + 1), w);
    }
    const V8 bytes =
        hn::Or (pack_in_order (round_q7 (lo), round_q7 (hi)), fill);

    if (HWY_LIKELY (i + kBytes <= n)) {
      hn::StoreU (bytes, d8, dst + i);
    } else {
      HWY_ALIGN uint8_t last[kBytes];

      hn::Store (bytes, d8, last);
      memcpy (dst + i, last, static_cast<size_t> (n - i));
    }
  }
}
#endif

template <bool kExact>
HWY_INLINE void
filter_round_by_loads (uint8_t *dst, const uint8_t *row0, const uint8_t *row1,
    int16_t weight, const SvColumns &c, V8 fill, int n)
{
#ifdef SV_HAVE_WORD_PAIRS
  if (c.words.base != nullptr && row1 == nullptr)
    return filter_round_words<kExact, false> (dst, row0, row1, weight, c, fill,
        n);
  if (c.words.base != nullptr)
    return filter_round_words<kExact, true> (dst, row0, row1, weight, c, fill,
        n);
#endif
  switch (c.pairs.loads) {
    case 1:
      return filter_round_all<1, kExact> (dst, row0, row1, weight, c, fill, n);
    case 2:
      return filter_round_all<2, kExact> (dst, row0, row1, weight, c, fill, n);
    default:
      return filter_round_all<0, kExact> (dst, row0, row1, weight, c, fill, n);
  }
}

void
filter_round (uint8_t *dst, const uint8_t *row0, const uint8_t *row1,
    int16_t weight, const SvColumns *columns, uint32_t fill, int n)
{
  const hn::Repartition<uint32_t, D8> d32;
  const V8 v = hn::BitCast (d8, hn::Set (d32, fill));

  if (columns->exact)
    filter_round_by_loads<true> (dst, row0, row1, weight, *columns, v, n);
  else
    filter_round_by_loads<false> (dst, row0, row1, weight, *columns, v, n);
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

} // namespace
HWY_AFTER_NAMESPACE ();

void
SV_EXPAND (sv_host_hwy_filter_init_, SV_ISA) (SvHostKernels *kernels)
{
  kernels->pick = pick;
  kernels->filter = filter;
  kernels->blend = blend;
  kernels->round_rows = round_rows;
  kernels->filter_round = filter_round;
}
