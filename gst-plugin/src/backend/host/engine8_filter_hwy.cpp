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

} // namespace
HWY_AFTER_NAMESPACE ();

void
SV_EXPAND (sv_host_hwy_filter_init_, SV_ISA) (SvHostKernels *kernels)
{
  kernels->pick = pick;
  kernels->filter = filter;
  kernels->blend = blend;
  kernels->round_rows = round_rows;
}
