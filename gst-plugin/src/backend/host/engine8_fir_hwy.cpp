/* SPDX-License-Identifier: Apache-2.0 */

/* Filters of any number of taps, by Highway. */

#include "engine8_hwy.h"

#define SV_PASTE(a, b) a##b
#define SV_EXPAND(a, b) SV_PASTE (a, b)

HWY_BEFORE_NAMESPACE ();
namespace {
HWY_INLINE int16_t
fir_of_bytes (const uint8_t *const *rows, const int16_t *weights, int taps,
    int at)
{
  const int base = rows[0][at];
  int sum = base << 6;

  for (int t = 1; t < taps; t++)
    sum += ((rows[t][at] - base) * 128 * weights[t] + 16384) >> 15;
  return static_cast<int16_t> (sum);
}

/* kTaps rows, 0 = `taps`. */
template <int kTaps> class Down {
public:
  HWY_INLINE Down (const uint8_t *const *from, const int16_t *w, int n)
      : rows (from), weights (w), taps (kTaps > 0 ? kTaps : n)
  {
    for (int t = 0; t < kTaps; t++) {
      row[t] = rows[t];
      weight[t] = hn::Set (d16, weights[t]);
    }
  }

  HWY_INLINE int n_taps () const
  {
    return kTaps > 0 ? kTaps : taps;
  }

  HWY_INLINE const uint8_t *at (int t) const
  {
    return kTaps > 0 ? row[t] : rows[t];
  }

  HWY_INLINE V16 times (V16 v, int t) const
  {
    return hn::MulFixedPoint15 (v,
        kTaps > 0 ? weight[t] : hn::Set (d16, weights[t]));
  }

private:
  const uint8_t *const *const rows;
  const int16_t *const weights;
  const int taps;
  const uint8_t *row[kTaps > 0 ? kTaps : 1];
  V16 weight[kTaps > 0 ? kTaps : 1];
};

template <int kTaps>
HWY_INLINE void
rows_of_taps (int16_t *out, const uint8_t *const *rows, const int16_t *weights,
    int taps, int n)
{
  const Down<kTaps> down (rows, weights, taps);
  const hn::Rebind<uint8_t, D16> half;
  int i = 0;

  for (; i + kWords <= n; i += kWords) {
    const V16 base = hn::PromoteTo (d16, hn::LoadU (half, down.at (0) + i));
    V16 sum = hn::ShiftLeft<6> (base);

    for (int t = 1; t < down.n_taps (); t++) {
      const V16 v = hn::PromoteTo (d16, hn::LoadU (half, down.at (t) + i));

      sum = hn::Add (sum, down.times (hn::ShiftLeft<7> (hn::Sub (v, base)), t));
    }
    hn::StoreU (sum, d16, out + i);
  }
  for (; i < n; i++)
    out[i] = fir_of_bytes (rows, weights, taps, i);
}

void
fir_rows (int16_t *out, const uint8_t *const *rows, const int16_t *weights,
    int taps, int n)
{
  if (taps == 3)
    rows_of_taps<3> (out, rows, weights, taps, n);
  else if (taps == 4)
    rows_of_taps<4> (out, rows, weights, taps, n);
  else
    rows_of_taps<0> (out, rows, weights, taps, n);
}

template <int kTaps>
HWY_INLINE void
apart_of_taps (int16_t *even, int16_t *odd, const uint8_t *const *rows,
    const int16_t *weights, int taps, int n)
{
  const Down<kTaps> down (rows, weights, taps);
  const auto low = hn::Set (du16, 0xff);
  int i = 0;

  for (; i + kWords <= n; i += kWords) {
    const auto first = hn::BitCast (du16, hn::LoadU (d8, down.at (0) + 2 * i));
    const V16 base0 = hn::BitCast (d16, hn::And (first, low));
    const V16 base1 = hn::BitCast (d16, hn::ShiftRight<8> (first));
    V16 sum0 = hn::ShiftLeft<6> (base0), sum1 = hn::ShiftLeft<6> (base1);

    for (int t = 1; t < down.n_taps (); t++) {
      const auto pairs =
          hn::BitCast (du16, hn::LoadU (d8, down.at (t) + 2 * i));
      const V16 a = hn::BitCast (d16, hn::And (pairs, low));
      const V16 b = hn::BitCast (d16, hn::ShiftRight<8> (pairs));

      sum0 =
          hn::Add (sum0, down.times (hn::ShiftLeft<7> (hn::Sub (a, base0)), t));
      sum1 =
          hn::Add (sum1, down.times (hn::ShiftLeft<7> (hn::Sub (b, base1)), t));
    }
    hn::StoreU (sum0, d16, even + i);
    hn::StoreU (sum1, d16, odd + i);
  }
  for (; i < n; i++) {
    even[i] = fir_of_bytes (rows, weights, taps, 2 * i);
    odd[i] = fir_of_bytes (rows, weights, taps, 2 * i + 1);
  }
}

void
fir_rows_apart (int16_t *even, int16_t *odd, const uint8_t *const *rows,
    const int16_t *weights, int taps, int n)
{
  if (taps == 2)
    apart_of_taps<2> (even, odd, rows, weights, taps, n);
  else if (taps == 3)
    apart_of_taps<3> (even, odd, rows, weights, taps, n);
  else
    apart_of_taps<0> (even, odd, rows, weights, taps, n);
}

void
chroma_q7 (int16_t *const out[3], const int16_t *u7, const int16_t *v7,
    const SvYuvToRgb *c, int n)
{
  const V16 constant = hn::Set (d16, c->constant);
  const V16 middle = hn::Set (d16, static_cast<int16_t> (0x8000));

  for (int k = 0; k < 3; k++) {
    const V16 cu = hn::Set (d16, c->u[k]), cv = hn::Set (d16, c->v[k]);
    int16_t *const to = out[k];

    for (int i = 0; i < n; i += kWords) {
      const V16 u =
          hn::Xor (hn::ShiftLeft<1> (hn::LoadU (d16, u7 + i)), middle);
      const V16 v =
          hn::Xor (hn::ShiftLeft<1> (hn::LoadU (d16, v7 + i)), middle);

      hn::StoreU (hn::Add (hn::Add (hn::MulFixedPoint15 (u, cu),
                               hn::MulFixedPoint15 (v, cv)),
                      constant),
          d16, to + i);
    }
  }
}

#if HWY_ARCH_X86
/* Columns with kTaps taps, 0 = the table's number. Addresses are copied, since
 * the compiler must take stores for changes of the table. */
template <int kTaps> class Columns {
public:
  HWY_INLINE Columns (const int16_t *row, const SvFir &fir)
      : in (row), first (fir.first), weights (fir.weights), n (fir.n),
        taps (kTaps > 0 ? kTaps : fir.taps)
  {
  }

#if HWY_MAX_BYTES >= 32
  /* Q7 of lanes i..i + 7. */
  HWY_INLINE __m256i operator() (int i) const
  {
    const __m256i sums = _mm256_hadd_epi32 (sums_of (i), sums_of (i + 2));

    return _mm256_srai_epi32 (_mm256_add_epi32 (sums,
                                  _mm256_set1_epi32 (1 << 12)),
        13);
  }
#else
  /* Q7 of lanes i..i + 3. */
  HWY_INLINE __m128i operator() (int i) const
  {
    const __m128i sums = _mm_hadd_epi32 (sums_of (i), sums_of (i + 2));

    return _mm_srai_epi32 (_mm_add_epi32 (sums, _mm_set1_epi32 (1 << 12)), 13);
  }
#endif

private:
  HWY_INLINE __m128i load (const int16_t *at) const
  {
    return _mm_loadu_si128 (reinterpret_cast<const __m128i *> (at));
  }

  /* Four words each of two lanes, and their weights. */
  HWY_INLINE __m128i words (int i, int k) const
  {
    const __m128i a =
        _mm_loadl_epi64 (reinterpret_cast<const __m128i *> (in + first[i] + k));
    const __m128d b = _mm_loadh_pd (_mm_castsi128_pd (a),
        reinterpret_cast<const double *> (in + first[i + 1] + k));

    return _mm_castpd_si128 (b);
  }

  HWY_INLINE const int16_t *weights_of (int i, int k) const
  {
    return weights + static_cast<ptrdiff_t> (k) * n + 4 * i;
  }

#if HWY_MAX_BYTES >= 32
  HWY_INLINE __m256i part (int i, int k) const
  {
    const __m256i x =
        _mm256_inserti128_si256 (_mm256_castsi128_si256 (words (i, k)),
            words (i + 4, k), 1);
    const __m256i w =
        _mm256_inserti128_si256 (_mm256_castsi128_si256 (load (weights_of (i,
                                     k))),
            load (weights_of (i + 4, k)), 1);

    return _mm256_madd_epi16 (x, w);
  }

  HWY_INLINE __m256i sums_of (int i) const
  {
    __m256i sum = part (i, 0);

    for (int k = 4; k < (kTaps > 0 ? kTaps : taps); k += 4)
      sum = _mm256_add_epi32 (sum, part (i, k));
    return sum;
  }
#else
  HWY_INLINE __m128i sums_of (int i) const
  {
    __m128i sum = _mm_madd_epi16 (words (i, 0), load (weights_of (i, 0)));

    for (int k = 4; k < (kTaps > 0 ? kTaps : taps); k += 4)
      sum = _mm_add_epi32 (sum,
          _mm_madd_epi16 (words (i, k), load (weights_of (i, k))));
    return sum;
  }
#endif

  const int16_t *const in;
  const int32_t *const first;
  const int16_t *const weights;
  const int n;
  const int taps;
};

#if HWY_MAX_BYTES >= 32
/* Pairs of lanes with kTaps taps, 0 = `taps`; kAlike: of lanes that are. */
template <int kTaps, bool kAlike> class Pairs {
public:
  HWY_INLINE Pairs (const int16_t *row, const SvFir &fir)
      : in (row), pairs (fir.pairs), n (fir.n), taps (fir.taps)
  {
    for (int v = 0; kAlike && v < 4; v++) {
      order[v] = order_of (pairs.from / 2 + 2 * v);
      weights[v] = weights_of (pairs.from / 2 + 2 * v, 0);
    }
  }

  /* Q7 of 16 lanes, whose first pair is p, within 0..255. */
  HWY_INLINE __m256i operator() (int p) const
  {
    const __m256i v = _mm256_packs_epi32 (half<0> (p), half<2> (p));

    return _mm256_min_epi16 (_mm256_max_epi16 (v, _mm256_setzero_si256 ()),
        _mm256_set1_epi16 (255 * 128));
  }

private:
  /* Lanes 0..3 and 8..11, or (k = 2) 4..7 and 12..15. */
  template <int k> HWY_INLINE __m256i half (int p) const
  {
    const __m256i sums = _mm256_hadd_epi32 (sums_of<k> (p), sums_of<k + 1> (p));

    return _mm256_srai_epi32 (_mm256_add_epi32 (sums,
                                  _mm256_set1_epi32 (1 << 12)),
        13);
  }

  HWY_INLINE __m256i order_of (int p) const
  {
    return _mm256_loadu_si256 (reinterpret_cast<const __m256i *> (pairs.order
        + 16 * p));
  }

  HWY_INLINE __m256i weights_of (int p, int t) const
  {
    return _mm256_loadu_si256 (reinterpret_cast<const __m256i *> (pairs.weights
        + static_cast<ptrdiff_t> (t) * n + 8 * p));
  }

  HWY_INLINE __m128i load (int p, int t) const
  {
    return _mm_loadu_si128 (reinterpret_cast<const __m128i *> (in
        + pairs.first[p] + t));
  }

  /* Pairs 2 k and 2 k + 1, taps t..t + 3. */
  template <int k> HWY_INLINE __m256i part (int p, int t) const
  {
    const __m256i words =
        _mm256_inserti128_si256 (_mm256_castsi128_si256 (load (p + 2 * k, t)),
            load (p + 2 * k + 1, t), 1);

    return _mm256_madd_epi16 (_mm256_shuffle_epi8 (words,
                                  kAlike ? order[k] : order_of (p + 2 * k)),
        kAlike ? weights[k] : weights_of (p + 2 * k, t));
  }

  template <int k> HWY_INLINE __m256i sums_of (int p) const
  {
    __m256i sum = part<k> (p, 0);

    for (int t = 4; t < (kTaps > 0 ? kTaps : taps); t += 4)
      sum = _mm256_add_epi32 (sum, part<k> (p, t));
    return sum;
  }

  const int16_t *const in;
  const SvFirPairs pairs;
  const int n;
  const int taps;
  __m256i order[4];
  __m256i weights[4];
};

template <int kTaps, bool kAlike>
HWY_INLINE void
pairs_part (int16_t *out, const int16_t *in, const SvFir &fir, int from, int to)
{
  const Pairs<kTaps, kAlike> pairs (in, fir);

  for (int i = from; i < to; i += 16)
    _mm256_storeu_si256 (reinterpret_cast<__m256i *> (out + i), pairs (i / 2));
}

HWY_INLINE void
fir_pairs (int16_t *out, const int16_t *in, const SvFir &fir)
{
  if (fir.taps == 4) {
    pairs_part<4, false> (out, in, fir, 0, fir.pairs.from);
    pairs_part<4, true> (out, in, fir, fir.pairs.from, fir.pairs.to);
    pairs_part<4, false> (out, in, fir, fir.pairs.to, fir.n);
  } else {
    pairs_part<0, false> (out, in, fir, 0, fir.n);
  }
}
#endif

template <int kTaps>
HWY_INLINE void
columns_of_taps (int16_t *out, const int16_t *in, const SvFir &fir)
{
  const Columns<kTaps> columns (in, fir);
  const int n = fir.n;

#if HWY_MAX_BYTES >= 32
  for (int i = 0; i < n; i += 16) {
    __m256i v = _mm256_packs_epi32 (columns (i), columns (i + 8));

    v = _mm256_permute4x64_epi64 (v, 0xd8);
    v = _mm256_max_epi16 (v, _mm256_setzero_si256 ());
    v = _mm256_min_epi16 (v, _mm256_set1_epi16 (255 * 128));
    _mm256_storeu_si256 (reinterpret_cast<__m256i *> (out + i), v);
  }
#else
  for (int i = 0; i < n; i += 8) {
    __m128i v = _mm_packs_epi32 (columns (i), columns (i + 4));

    v = _mm_max_epi16 (v, _mm_setzero_si128 ());
    v = _mm_min_epi16 (v, _mm_set1_epi16 (255 * 128));
    _mm_storeu_si128 (reinterpret_cast<__m128i *> (out + i), v);
  }
#endif
}

void
fir_columns (int16_t *out, const int16_t *in, const SvFir *fir)
{
#if HWY_MAX_BYTES >= 32
  if (fir->pairs.first != nullptr)
    return fir_pairs (out, in, *fir);
#endif
  if (fir->taps == 4)
    columns_of_taps<4> (out, in, *fir);
  else if (fir->taps == 8)
    columns_of_taps<8> (out, in, *fir);
  else
    columns_of_taps<0> (out, in, *fir);
}
#endif

} // namespace
HWY_AFTER_NAMESPACE ();

void
SV_EXPAND (sv_host_hwy_fir_init_, SV_ISA) (SvHostKernels *kernels)
{
  kernels->fir_rows = fir_rows;
  kernels->fir_rows_apart = fir_rows_apart;
  kernels->chroma_q7 = chroma_q7;
#if HWY_ARCH_X86
  kernels->fir_columns = fir_columns;
#endif
}
