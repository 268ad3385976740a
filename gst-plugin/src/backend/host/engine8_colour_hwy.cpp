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

/* kBytes pixels of three colours. */
HWY_INLINE void
store_rgb4 (uint8_t *to, const V8 colours[3])
{
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
  store_rgb4 (to, colours);
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
struct Rows
{
  const uint8_t *u[2];
  const uint8_t *v[2];
};

struct Matrix
{
  V16 red_v;
  V16 green_u;
  V16 green_v;
  V16 blue_u;
  V16 constant;
  V16 luma;
  int16_t weight; /* of the second row */
  bool red_first;
};

/* kWords values of U and V: of lanes that lie at `at` from the first ones. */
template <bool kGrouped, class F>
HWY_INLINE void
uv_of_rows (const F &filter, const Rows &rows, ptrdiff_t at, ptrdiff_t step,
    int pixel, V16 *u, V16 *v)
{
  constexpr int blocks = kWords / 8;
  const int block = kGrouped ? pixel >> 2 : pixel >> 3;
  const uint8_t *const *second = kGrouped ? rows.u : rows.v;
  const ptrdiff_t second_at = kGrouped ? at + step : at;
  V16 a = filter (rows.u[0] + at, rows.u[1] + at, block);
  V16 b = filter (second[0] + second_at, second[1] + second_at,
      kGrouped ? block + blocks : block);

  if constexpr (kGrouped) {
    const auto lo = hn::BitCast (d64, a), hi = hn::BitCast (d64, b);

    a = hn::BitCast (d16, hn::InterleaveLower (d64, lo, hi));
    b = hn::BitCast (d16, hn::InterleaveUpper (d64, lo, hi));
  }
  *u = centred (a);
  *v = centred (b);
}

/* Pixels from..to - 1, multiples of kBytes but for the last one, of which
 * tables have `n_table`. */
template <int kLoads, bool kExact, bool kGrouped, bool kAlike, Way kWay>
HWY_INLINE void
fused_part (uint8_t *dst, const uint8_t *y8, const int16_t *y7, Rows rows,
    const SvColumns &columns, const Matrix &matrix, int from, int to,
    int n_table)
{
  const RowsFilter<kLoads, kExact, kAlike, kWay> rows_filter (columns,
      matrix.weight);
  const auto &filter = rows_filter.filter;
  const Matrix m = matrix;
  constexpr int kPixels = kGrouped ? 4 : 8; /* a block */
  const ptrdiff_t step = kWords / 8 * filter.shuffle.step ();
  const ptrdiff_t half = kGrouped ? 2 * step : step;

  if constexpr (kAlike) {
    const ptrdiff_t skipped =
        (from / kPixels - columns.pairs.from) * columns.pairs.stride;

    for (int r = 0; r < (kWay == kOneRow ? 1 : 2); r++) {
      rows.u[r] = filter.shuffle.start (rows.u[r]) + skipped;
      if constexpr (!kGrouped)
        rows.v[r] = filter.shuffle.start (rows.v[r]) + skipped;
    }
  }
  ptrdiff_t at = 0;
  for (int i = from; i < to; i += kBytes) {
    HWY_ALIGN uint8_t luma[kBytes], last[4 * kBytes];
    const bool whole = kAlike || i + kBytes <= to;
    const uint8_t *bytes = y8 + i;
    V16 sums[3][2];
    V8 colours[3];

    if (y8 != nullptr && !whole) {
      memset (luma, 0, sizeof luma);
      memcpy (luma, bytes, static_cast<size_t> (to - i));
      bytes = luma;
    }
    for (int h = 0; h < 2; h++, at += half) {
      const int pixel = i + h * kWords;
      V16 u, v;

      if (!whole && pixel >= n_table) {
        for (int k = 0; k < 3; k++)
          sums[k][h] = hn::Zero (d16);
        continue;
      }
      uv_of_rows<kGrouped> (rows_filter, rows, at, step, pixel, &u, &v);
      const auto level = y8 != nullptr
          ? luma_words (bytes + h * kWords)
          : hn::BitCast (du16, hn::ShiftLeft<1> (hn::LoadU (d16, y7 + pixel)));
      const V16 y =
          hn::Add (hn::BitCast (d16,
                       hn::MulHigh (level, hn::BitCast (du16, m.luma))),
              m.constant);
      const V16 red = hn::MulFixedPoint15 (v, m.red_v);
      const V16 green = hn::Add (hn::MulFixedPoint15 (u, m.green_u),
          hn::MulFixedPoint15 (v, m.green_v));
      const V16 blue = hn::MulFixedPoint15 (u, m.blue_u);

      sums[0][h] = hn::ShiftRight<6> (hn::SaturatedAdd (y, red));
      sums[1][h] = hn::ShiftRight<6> (hn::SaturatedAdd (y, green));
      sums[2][h] = hn::ShiftRight<6> (hn::SaturatedAdd (y, blue));
    }
    colours[0] = pack (sums[0][0], sums[0][1]);
    colours[1] = pack (sums[1][0], sums[1][1]);
    colours[2] = pack (sums[2][0], sums[2][1]);
    if (!m.red_first) {
      const V8 red = colours[0];

      colours[0] = colours[2];
      colours[2] = red;
    }
    if (whole) {
      store_rgb4 (dst + 4 * static_cast<ptrdiff_t> (i), colours);
    } else {
      store_rgb4 (last, colours);
      memcpy (dst + 4 * static_cast<ptrdiff_t> (i), last,
          4 * static_cast<size_t> (to - i));
    }
  }
}

template <int kLoads, bool kExact, bool kGrouped, Way kWay>
HWY_INLINE void
fused_all (uint8_t *dst, const uint8_t *y8, const int16_t *y7, const Rows &rows,
    const SvColumns &columns, const Matrix &m, int n)
{
  constexpr Way kElsewhere = kWay == kJoined ? kBlended : kWay;
  constexpr int kPixels = kGrouped ? 4 : 8;
  const int n_table = columns.pairs.n / 16 * kPixels;
  const int end = n / kBytes * kBytes;
  int from = (columns.pairs.from * kPixels + kBytes - 1) / kBytes * kBytes;
  int to = columns.pairs.to * kPixels / kBytes * kBytes;

  to = to < end ? to : end;
  if (kLoads == 0 || from >= to)
    from = to = 0;
  fused_part<kLoads, kExact, kGrouped, false, kElsewhere> (dst, y8, y7, rows,
      columns, m, 0, from, n_table);
  if constexpr (kLoads > 0)
    fused_part<kLoads, kExact, kGrouped, true, kWay> (dst, y8, y7, rows,
        columns, m, from, to, n_table);
  fused_part<kLoads, kExact, kGrouped, false, kElsewhere> (dst, y8, y7, rows,
      columns, m, to, n, n_table);
}

template <int kLoads, bool kExact, bool kGrouped>
HWY_INLINE void
fused_by_rows (uint8_t *dst, const uint8_t *y8, const int16_t *y7,
    const Rows &rows, const SvColumns &columns, const Matrix &m, int n)
{
  if (rows.u[1] == nullptr) {
    fused_all<kLoads, kExact, kGrouped, kOneRow> (dst, y8, y7, rows, columns, m,
        n);
    return;
  }
  if constexpr (kLoads > 0 && kExact) {
    if (weights_join (columns, m.weight)) {
      fused_all<kLoads, kExact, kGrouped, kJoined> (dst, y8, y7, rows, columns,
          m, n);
      return;
    }
  }
  fused_all<kLoads, kExact, kGrouped, kBlended> (dst, y8, y7, rows, columns, m,
      n);
}

template <int kLoads>
HWY_INLINE void
fused_by_layout (uint8_t *dst, const uint8_t *y8, const int16_t *y7,
    const Rows &rows, const SvColumns &columns, const Matrix &m, int n)
{
  const bool grouped = rows.v[0] == nullptr;

  if (grouped && columns.exact)
    fused_by_rows<kLoads, true, true> (dst, y8, y7, rows, columns, m, n);
  else if (grouped)
    fused_by_rows<kLoads, false, true> (dst, y8, y7, rows, columns, m, n);
  else if (columns.exact)
    fused_by_rows<kLoads, true, false> (dst, y8, y7, rows, columns, m, n);
  else
    fused_by_rows<kLoads, false, false> (dst, y8, y7, rows, columns, m, n);
}

void
chroma_rgb4 (uint8_t *dst, const uint8_t *y8, const int16_t *y7,
    const uint8_t *const u[2], const uint8_t *const v[2], int16_t weight,
    const SvColumns *columns, const SvYuvToRgb *c, int n)
{
  const bool red_first = c->v[0] != 0;
  const Matrix m = { hn::Set (d16, c->v[red_first ? 0 : 2]),
    hn::Set (d16, c->u[1]), hn::Set (d16, c->v[1]),
    hn::Set (d16, c->u[red_first ? 2 : 0]), hn::Set (d16, c->constant),
    hn::Set (d16, c->y), weight, red_first };
  const Rows rows = { { u[0], u[1] },
    { v != nullptr ? v[0] : nullptr, v != nullptr ? v[1] : nullptr } };

  if (columns->pairs.loads == 1)
    fused_by_layout<1> (dst, y8, y7, rows, *columns, m, n);
  else if (columns->pairs.loads == 2)
    fused_by_layout<2> (dst, y8, y7, rows, *columns, m, n);
  else
    fused_by_layout<0> (dst, y8, y7, rows, *columns, m, n);
}
} // namespace
HWY_AFTER_NAMESPACE ();

void
SV_EXPAND (sv_host_hwy_colour_init_, SV_ISA) (SvHostKernels *kernels)
{
  kernels->quads = kWords / 8;
  kernels->chroma = chroma;
  kernels->rgb4 = rgb4;
  kernels->chroma_rgb4 = chroma_rgb4;
}
