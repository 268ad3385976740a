/* SPDX-License-Identifier: Apache-2.0 */

/* Chroma of half the width to pixels of four bytes, by Highway. Even and odd
 * pixels stay apart until they are bytes: luma needs no widening then, and what
 * chroma adds is averaged where it is. A block of 16 bytes holds one quad of
 * pixels of each vector that is stored, so that no vector exchanges its blocks.
 */

#include <string.h>

#include "engine8_hwy.h"

#define SV_PASTE(a, b) a##b
#define SV_EXPAND(a, b) SV_PASTE (a, b)

HWY_BEFORE_NAMESPACE ();
namespace {
using DU16 = decltype (du16);
using VU16 = hn::Vec<DU16>;
using D32 = hn::Repartition<uint32_t, D8>;

constexpr D32 d32;
constexpr int kGroup = 6 * kWords; /* terms of kBytes pixels */

/* Words of four bytes from their order to that of quads. */
class Quads {
public:
  HWY_INLINE Quads () : order (hn::SetTableIndices (d32, places ()))
  {
  }

  template <class V> HWY_INLINE VU16 operator() (V v) const
  {
    const auto words = hn::BitCast (d32, v);

    if constexpr (kBytes == 16)
      return hn::BitCast (du16, words);
    return hn::BitCast (du16, hn::TableLookupLanes (words, order));
  }

private:
  static const uint32_t *places ()
  {
    HWY_ALIGN static constexpr uint32_t all[3][16] = { { 0, 1, 2, 3 },
      { 0, 2, 4, 6, 1, 3, 5, 7 },
      { 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15 } };

    return all[kBytes == 64 ? 2 : kBytes == 32 ? 1 : 0];
  }

  const decltype (hn::SetTableIndices (d32, places ())) order;
};

/* Samples of kBytes pixels in Q8 and in quads: of the component that the first
 * colour has, and of the one that the third has. The second one has both. */
struct Pair
{
  VU16 first;
  VU16 third;
};

/* Half a vector of bytes from each of two rows: in every block, four pairs of
 * the first before four of the second. */
HWY_INLINE V8
load_pairs (const uint8_t *first, const uint8_t *third)
{
  constexpr hn::Half<D8> half;
  const V8 both =
      hn::Combine (d8, hn::LoadU (half, third), hn::LoadU (half, first));

#if HWY_ARCH_X86 && HWY_MAX_BYTES == 64
  HWY_ALIGN static constexpr uint16_t order[32] = { 0, 4, 8, 12, 16, 20, 24, 28,
    1, 5, 9, 13, 17, 21, 25, 29, 2, 6, 10, 14, 18, 22, 26, 30, 3, 7, 11, 15, 19,
    23, 27, 31 };

  return V8{ _mm512_permutexvar_epi16 (_mm512_load_si512 (order), both.raw) };
#elif HWY_ARCH_X86 && HWY_MAX_BYTES == 32
  HWY_ALIGN static constexpr uint8_t order[16] = { 0, 1, 4, 5, 8, 9, 12, 13, 2,
    3, 6, 7, 10, 11, 14, 15 };
  const V8 halves = hn::TableLookupBytes (both, hn::LoadDup128 (d8, order));

  return V8{ _mm256_permute4x64_epi64 (halves.raw, 0xd8) };
#else
  return both;
#endif
}

template <int kStep, bool kSwapped>
HWY_INLINE Pair
load_pair (const Quads &quads, const uint8_t *first, const uint8_t *third)
{
  if constexpr (kStep == 1) {
    const V8 pairs = load_pairs (first, third), none = hn::Zero (d8);

    (void) quads;
    return { hn::BitCast (du16, hn::InterleaveLower (d8, none, pairs)),
      hn::BitCast (du16, hn::InterleaveUpper (d8, none, pairs)) };
  } else {
    const VU16 pairs = quads (hn::LoadU (d8, kSwapped ? third : first));
    const VU16 lower = hn::ShiftLeft<8> (pairs);
    const VU16 upper = hn::AndNot (hn::Set (du16, 255), pairs);

    return { kSwapped ? upper : lower, kSwapped ? lower : upper };
  }
}

HWY_INLINE Pair
average (const Pair &a, const Pair &b)
{
  return { hn::AverageRound (a.first, b.first),
    hn::AverageRound (a.third, b.third) };
}

HWY_INLINE VU16
word (int value)
{
  return hn::Set (du16, static_cast<uint16_t> (value));
}

/* Coefficients times 16384, and what terms are of samples that are zero. */
class Matrix {
public:
  HWY_INLINE Matrix (const int16_t first[3], const int16_t third[3],
      int16_t constant)
      : scale0 (word (2 * first[0])), scale1_first (word (-2 * first[1])),
        scale1_third (word (-2 * third[1])), scale2 (word (2 * third[2])),
        zero0 (word (SV_TERM_ZERO - constant + first[0])),
        zero1 (word (SV_TERM_ZERO - constant + first[1] + third[1])),
        zero2 (word (SV_TERM_ZERO - constant + third[2]))
  {
  }

  /* Term of colour k. */
  template <int k> HWY_INLINE VU16 term (const Pair &s) const
  {
    if constexpr (k == 0)
      return hn::Sub (zero0, hn::MulHigh (s.first, scale0));
    if constexpr (k == 2)
      return hn::Sub (zero2, hn::MulHigh (s.third, scale2));
    return hn::Add (hn::Add (zero1, hn::MulHigh (s.first, scale1_first)),
        hn::MulHigh (s.third, scale1_third));
  }

private:
  const VU16 scale0, scale1_first, scale1_third, scale2;
  const VU16 zero0, zero1, zero2;
};

/* Of even pixels and of odd ones. */
struct Halves
{
  VU16 even;
  VU16 odd;
};

struct Chroma
{
  Pair even;
  Pair odd;
};

/* A row of n samples, which are read with their neighbours: from a copy where
 * the row ends. */
template <int kStep, bool kSwapped, bool kCentred> class Samples {
public:
  HWY_INLINE Samples (const uint8_t *row_first, const uint8_t *row_third,
      int n_samples)
      : first (row_first), third (row_third), n (n_samples)
  {
  }

  HWY_INLINE Chroma at (const Quads &quads, int i) const
  {
    const ptrdiff_t from = static_cast<ptrdiff_t> (i) * kStep;

    if (HWY_LIKELY (i + kWords < n && !(kCentred && i == 0)))
      return chroma (quads, first + from, third + from);
    HWY_ALIGN uint8_t copy[2][3 * kBytes];
    copy_row (copy[0] + kBytes, kSwapped ? third : first, i);
    if constexpr (kStep == 2)
      return chroma (quads, copy[0] + kBytes, copy[0] + kBytes);
    copy_row (copy[1] + kBytes, third, i);
    return chroma (quads, copy[0] + kBytes, copy[1] + kBytes);
  }

private:
  HWY_INLINE void copy_row (uint8_t *to, const uint8_t *row, int i) const
  {
    for (int s = -1; s <= kWords; s++) {
      const int from = i + s < 0 ? 0 : i + s < n ? i + s : n - 1;

      memcpy (to + s * kStep, row + static_cast<ptrdiff_t> (from) * kStep,
          kStep);
    }
  }

  HWY_INLINE Chroma chroma (const Quads &quads, const uint8_t *a,
      const uint8_t *b) const
  {
    const Pair here = load_pair<kStep, kSwapped> (quads, a, b);
    const Pair middle = average (here,
        load_pair<kStep, kSwapped> (quads, a + kStep, b + kStep));

    if constexpr (kCentred) {
      const Pair before = average (here,
          load_pair<kStep, kSwapped> (quads, a - kStep, b - kStep));

      return { average (here, before), average (here, middle) };
    }
    return { here, middle };
  }

  const uint8_t *const first;
  const uint8_t *const third;
  const int n;
};

template <int k>
HWY_INLINE Halves
load_terms (const uint16_t *group)
{
  return { hn::LoadU (du16, group + 2 * k * kWords),
    hn::LoadU (du16, group + (2 * k + 1) * kWords) };
}

template <int k>
HWY_INLINE Halves
store_terms (uint16_t *group, const Chroma &chroma, const Matrix &m)
{
  const Halves t = { m.template term<k> (chroma.even),
    m.template term<k> (chroma.odd) };

  hn::StoreU (t.even, du16, group + 2 * k * kWords);
  hn::StoreU (t.odd, du16, group + (2 * k + 1) * kWords);
  return t;
}

struct Constants
{
  VU16 scale; /* of luma */
  VU16 zero;
  VU16 low;   /* bytes of words */
  VU16 above; /* saturates at 256 levels, and sets what is above the byte */
};

HWY_INLINE Halves
luma_of (const Quads &quads, const uint8_t *y, const Constants &c)
{
  const VU16 pairs = quads (hn::LoadU (d8, y));

  return { hn::Add (hn::MulHigh (hn::ShiftLeft<8> (pairs), c.scale), c.zero),
    hn::Add (hn::MulHigh (hn::AndNot (c.low, pairs), c.scale), c.zero) };
}

HWY_INLINE Halves
average (const Halves &a, const Halves &b)
{
  return { hn::AverageRound (a.even, b.even), hn::AverageRound (a.odd, b.odd) };
}

/* What two or four colours of kBytes pixels are packed to. */
struct Packed
{
  V8 bytes[2]; /* even pixels of a block before its odd ones */
  V16 even;    /* the third colour and a 255 */
  V16 odd;
};

template <int k>
HWY_INLINE void
pack_colour (Packed *out, const Halves &luma, const Halves &terms,
    const Constants &c)
{
  const VU16 even = hn::SaturatedSub (luma.even, terms.even);
  const VU16 odd = hn::SaturatedSub (luma.odd, terms.odd);

  if constexpr (k == 2) {
    out->even =
        hn::ShiftRight<6> (hn::BitCast (d16, hn::SaturatedAdd (even, c.above)));
    out->odd =
        hn::ShiftRight<6> (hn::BitCast (d16, hn::SaturatedAdd (odd, c.above)));
  } else {
    out->bytes[k] = pack (hn::BitCast (d16, hn::ShiftRight<6> (even)),
        hn::BitCast (d16, hn::ShiftRight<6> (odd)));
  }
}

HWY_INLINE void
store_packed (uint8_t *to, const Packed &p)
{
  const V16 even =
      hn::BitCast (d16, hn::InterleaveLower (d8, p.bytes[0], p.bytes[1]));
  const V16 odd =
      hn::BitCast (d16, hn::InterleaveUpper (d8, p.bytes[0], p.bytes[1]));
  const auto even_lo =
      hn::BitCast (d32, hn::InterleaveLower (d16, even, p.even));
  const auto even_hi =
      hn::BitCast (d32, hn::InterleaveUpper (d16, even, p.even));
  const auto odd_lo = hn::BitCast (d32, hn::InterleaveLower (d16, odd, p.odd));
  const auto odd_hi = hn::BitCast (d32, hn::InterleaveUpper (d16, odd, p.odd));

  hn::StoreU (hn::BitCast (d8, hn::InterleaveLower (d32, even_lo, odd_lo)), d8,
      to);
  hn::StoreU (hn::BitCast (d8, hn::InterleaveUpper (d32, even_lo, odd_lo)), d8,
      to + kBytes);
  hn::StoreU (hn::BitCast (d8, hn::InterleaveLower (d32, even_hi, odd_hi)), d8,
      to + 2 * kBytes);
  hn::StoreU (hn::BitCast (d8, hn::InterleaveUpper (d32, even_hi, odd_hi)), d8,
      to + 3 * kBytes);
}

/* One colour of one row or of two. */
template <int kRows, int k, class G>
HWY_INLINE void
pack_rows (Packed out[kRows], const Halves luma[kRows], const G &group,
    const Constants &c)
{
  const Halves near = group.template near<k> ();
  const Halves far = group.template far<k> ();
  const Halves middle = average (near, far);

  pack_colour<k> (&out[0], luma[0], average (near, middle), c);
  if constexpr (kRows == 2)
    pack_colour<k> (&out[1], luma[1], average (far, middle), c);
}

/* kBytes pixels of one row or of two. */
template <int kRows, class G>
HWY_INLINE void
upsampled_pixels (uint8_t *const to[2], const uint8_t *const y[2],
    const G &group, const Quads &quads, const Constants &c)
{
  Halves luma[kRows];
  Packed packed[kRows];

  for (int r = 0; r < kRows; r++)
    luma[r] = luma_of (quads, y[r], c);
  pack_rows<kRows, 0> (packed, luma, group, c);
  pack_rows<kRows, 1> (packed, luma, group, c);
  pack_rows<kRows, 2> (packed, luma, group, c);
  for (int r = 0; r < kRows; r++)
    store_packed (to[r], packed[r]);
}

/* n pixels of one row or of two, with the terms of `source`. */
template <int kRows, class S>
HWY_INLINE void
upsampled_rows (uint8_t *const dst[2], const uint8_t *const y[2], int16_t scale,
    int n, const S &source)
{
  const Quads quads;
  const Constants c = { word (scale), word (SV_TERM_ZERO), word (255),
    word (0xc000) };
  uint8_t *to[2] = { dst[0], dst[kRows - 1] };
  const uint8_t *from[2] = { y[0], y[kRows - 1] };
  int i = 0;

  for (; i + kBytes <= n; i += kBytes) {
    upsampled_pixels<kRows> (to, from, source.group (quads, i / kBytes), quads,
        c);
    for (int r = 0; r < kRows; r++) {
      to[r] += 4 * kBytes;
      from[r] += kBytes;
    }
  }
  if (i < n) {
    HWY_ALIGN uint8_t last[2][4 * kBytes], bytes[2][kBytes] = {};
    uint8_t *const last_to[2] = { last[0], last[1] };
    const uint8_t *const last_from[2] = { bytes[0], bytes[1] };
    const size_t rest = static_cast<size_t> (n - i);

    for (int r = 0; r < kRows; r++)
      memcpy (bytes[r], from[r], rest);
    upsampled_pixels<kRows> (last_to, last_from,
        source.group (quads, i / kBytes), quads, c);
    for (int r = 0; r < kRows; r++)
      memcpy (to[r], last[r], 4 * rest);
  }
}

/* Terms that are there. */
struct LoadedGroup
{
  const uint16_t *near_terms;
  const uint16_t *far_terms;

  template <int k> HWY_INLINE Halves near () const
  {
    return load_terms<k> (near_terms);
  }

  template <int k> HWY_INLINE Halves far () const
  {
    return load_terms<k> (far_terms);
  }
};

struct Loaded
{
  const uint16_t *near;
  const uint16_t *far;

  HWY_INLINE LoadedGroup group (const Quads &, int i) const
  {
    return { near + i * kGroup, far + i * kGroup };
  }
};

void
upsampled_rgb4 (uint8_t *dst, const uint8_t *y, const uint16_t *near_terms,
    const uint16_t *far_terms, int16_t luma, int n)
{
  uint8_t *const to[2] = { dst, dst };
  const uint8_t *const from[2] = { y, y };

  upsampled_rows<1> (to, from, luma, n, Loaded{ near_terms, far_terms });
}

/* Those of the row before, over which the new ones are written. */
struct NextGroup
{
  uint16_t *terms;
  const Matrix matrix;
  const Chroma chroma;

  template <int k> HWY_INLINE Halves near () const
  {
    return load_terms<k> (terms);
  }

  template <int k> HWY_INLINE Halves far () const
  {
    return store_terms<k> (terms, chroma, matrix);
  }
};

template <class S> struct Next
{
  uint16_t *terms;
  const Matrix matrix;
  const S samples;

  HWY_INLINE NextGroup group (const Quads &quads, int i) const
  {
    return { terms + i * kGroup, matrix, samples.at (quads, i * kWords) };
  }
};

template <int kStep, bool kSwapped, bool kCentred>
HWY_INLINE void
upsample_rows (uint8_t *const dst[2], const uint8_t *const y[2],
    uint16_t *terms, const SvChromaRow &row, const Matrix &m, int16_t luma,
    int n)
{
  using S = Samples<kStep, kSwapped, kCentred>;
  const Next<S> next = { terms, m, S (row.first, row.third, row.n) };

  if (dst != nullptr) {
    upsampled_rows<2> (dst, y, luma, n, next);
    return;
  }
  const Quads quads;
  for (int i = 0; i * kWords < row.n; i++) {
    const Chroma chroma = next.samples.at (quads, i * kWords);
    uint16_t *const group = terms + i * kGroup;

    store_terms<0> (group, chroma, m);
    store_terms<1> (group, chroma, m);
    store_terms<2> (group, chroma, m);
  }
}

void
upsample_rgb4 (uint8_t *const dst[2], const uint8_t *const y[2],
    uint16_t *terms, const SvChromaRow *row, const SvYuvToRgb *c, int n)
{
  const bool v_first = c->v[0] != 0;
  const Matrix m (v_first ? c->v : c->u, v_first ? c->u : c->v, c->constant);
  const bool swapped = row->first > row->third;

  if (row->step == 1 && row->centred)
    upsample_rows<1, false, true> (dst, y, terms, *row, m, c->y, n);
  else if (row->step == 1)
    upsample_rows<1, false, false> (dst, y, terms, *row, m, c->y, n);
  else if (row->centred && swapped)
    upsample_rows<2, true, true> (dst, y, terms, *row, m, c->y, n);
  else if (row->centred)
    upsample_rows<2, false, true> (dst, y, terms, *row, m, c->y, n);
  else if (swapped)
    upsample_rows<2, true, false> (dst, y, terms, *row, m, c->y, n);
  else
    upsample_rows<2, false, false> (dst, y, terms, *row, m, c->y, n);
}
} // namespace
HWY_AFTER_NAMESPACE ();

void
SV_EXPAND (sv_host_hwy_upsample_init_, SV_ISA) (SvHostKernels *kernels)
{
  kernels->upsample_rgb4 = upsample_rgb4;
  kernels->upsampled_rgb4 = upsampled_rgb4;
}
