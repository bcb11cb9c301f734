/* Vectors of AVX2 and FMA under the names of lanes.h. */
#ifndef ZT_LANES_AVX2_H
#define ZT_LANES_AVX2_H

#include "avx2.h"

#if defined(__x86_64__)

#define ZT_LANES_ 1
#define ZT_INLINE_ ZT_AVX2_INLINE_
#define ZT_TARGET_ ZT_AVX2_
#define ZT_TIER_ avx2

#if ZT_SINGLE_
typedef float real_;
typedef __m256 vec_;
enum { LANES = 8 };
#define OP_(name) _mm256_##name##_ps
#define AS_BITS_ _mm256_castps_si256
#else
typedef double real_;
typedef __m256d vec_;
enum { LANES = 4 };
#define OP_(name) _mm256_##name##_pd
#define AS_BITS_ _mm256_castpd_si256
#endif
typedef vec_ mask_;

/* Of a tile of products: its accumulators, its gates and one row fit the 16 registers. */
enum { TILE_VECTORS = 4, TILE_GATES = 3 };

ZT_INLINE_ vec_ zero_(void) {
    return OP_(setzero)();
}
ZT_INLINE_ vec_ splat_(real_ x) {
    return OP_(set1)(x);
}
ZT_INLINE_ mask_ below_(size_t count) {
    int left = (int)(count < LANES ? count : LANES);
#if ZT_SINGLE_
    return _mm256_castsi256_ps(
        _mm256_cmpgt_epi32(_mm256_set1_epi32(left), _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0)));
#else
    return _mm256_castsi256_pd(_mm256_cmpgt_epi64(_mm256_set1_epi64x(left), _mm256_set_epi64x(3, 2, 1, 0)));
#endif
}
ZT_INLINE_ mask_ mask_of_(uint64_t bits) {
#if ZT_SINGLE_
    const __m256i places = _mm256_set_epi32(128, 64, 32, 16, 8, 4, 2, 1);
    __m256i chosen = _mm256_and_si256(_mm256_set1_epi32((int)bits), places);
    return _mm256_castsi256_ps(_mm256_cmpeq_epi32(chosen, places));
#else
    const __m256i places = _mm256_set_epi64x(8, 4, 2, 1);
    __m256i chosen = _mm256_and_si256(_mm256_set1_epi64x((long long)bits), places);
    return _mm256_castsi256_pd(_mm256_cmpeq_epi64(chosen, places));
#endif
}
ZT_INLINE_ vec_ load_(const real_ *p) {
    return OP_(loadu)(p);
}
ZT_INLINE_ vec_ load_part_(const real_ *p, mask_ part) {
    return OP_(maskload)(p, AS_BITS_(part));
}
ZT_INLINE_ void store_(real_ *p, vec_ v) {
    OP_(storeu)(p, v);
}
ZT_INLINE_ void store_part_(real_ *p, mask_ part, vec_ v) {
    OP_(maskstore)(p, AS_BITS_(part), v);
}
ZT_INLINE_ vec_ add_(vec_ a, vec_ b) {
    return OP_(add)(a, b);
}
ZT_INLINE_ vec_ sub_(vec_ a, vec_ b) {
    return OP_(sub)(a, b);
}
ZT_INLINE_ vec_ mul_(vec_ a, vec_ b) {
    return OP_(mul)(a, b);
}
ZT_INLINE_ vec_ fma_(vec_ a, vec_ b, vec_ c) {
    return OP_(fmadd)(a, b, c);
}
ZT_INLINE_ vec_ div_(vec_ a, vec_ b) {
    return OP_(div)(a, b);
}
ZT_INLINE_ vec_ sqrt_(vec_ a) {
    return OP_(sqrt)(a);
}
ZT_INLINE_ vec_ larger_(vec_ a, vec_ b) {
    return OP_(max)(a, b);
}
ZT_INLINE_ vec_ abs_(vec_ a) {
    return OP_(andnot)(splat_((real_)-0.0), a);
}
ZT_INLINE_ vec_ with_sign_of_(vec_ size, vec_ sign) {
    return OP_(or)(size, OP_(and)(sign, splat_((real_)-0.0)));
}
ZT_INLINE_ mask_ above_(vec_ a, vec_ b) {
    return OP_(cmp)(a, b, _CMP_GT_OQ);
}
ZT_INLINE_ mask_ not_above_(vec_ a, vec_ b) {
    return OP_(cmp)(a, b, _CMP_LE_OQ);
}
ZT_INLINE_ mask_ unordered_(vec_ a) {
    return OP_(cmp)(a, a, _CMP_UNORD_Q);
}
ZT_INLINE_ vec_ select_(mask_ mask, vec_ yes, vec_ no) {
    return OP_(blendv)(no, yes, mask);
}
ZT_INLINE_ vec_ keep_(mask_ mask, vec_ v) {
    return OP_(and)(mask, v);
}
ZT_INLINE_ unsigned bits_(mask_ mask) {
    return (unsigned)OP_(movemask)(mask);
}
ZT_INLINE_ real_ sum_(vec_ v) {
#if ZT_SINGLE_
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
#else
    return zt_sum_lanes_(v);
#endif
}
ZT_INLINE_ real_ largest_(vec_ v) {
    real_ lane[LANES], largest;
    store_(lane, v);
    largest = lane[0];
    for (size_t i = 1; i < LANES; i++) largest = lane[i] > largest ? lane[i] : largest;
    return largest;
}

/* Lanes change places with vectors: first within halves, then halves. */
ZT_INLINE_ void transpose_(vec_ v[LANES]) {
    enum { HALF = LANES / 2 };
    vec_ q[LANES];
#if ZT_SINGLE_
    _Pragma("GCC unroll 2") for (size_t g = 0; g < 2; g++) {
        vec_ a = OP_(unpacklo)(v[4 * g], v[4 * g + 1]), b = OP_(unpackhi)(v[4 * g], v[4 * g + 1]);
        vec_ c = OP_(unpacklo)(v[4 * g + 2], v[4 * g + 3]), d = OP_(unpackhi)(v[4 * g + 2], v[4 * g + 3]);
        q[4 * g] = OP_(shuffle)(a, c, 0x44);
        q[4 * g + 1] = OP_(shuffle)(a, c, 0xee);
        q[4 * g + 2] = OP_(shuffle)(b, d, 0x44);
        q[4 * g + 3] = OP_(shuffle)(b, d, 0xee);
    }
#else
    _Pragma("GCC unroll 2") for (size_t g = 0; g < 2; g++) {
        q[2 * g] = OP_(unpacklo)(v[2 * g], v[2 * g + 1]);
        q[2 * g + 1] = OP_(unpackhi)(v[2 * g], v[2 * g + 1]);
    }
#endif
    _Pragma("GCC unroll 4") for (size_t j = 0; j < HALF; j++) {
#if ZT_SINGLE_
        v[j] = _mm256_permute2f128_ps(q[j], q[HALF + j], 0x20);
        v[HALF + j] = _mm256_permute2f128_ps(q[j], q[HALF + j], 0x31);
#else
        v[j] = _mm256_permute2f128_pd(q[j], q[HALF + j], 0x20);
        v[HALF + j] = _mm256_permute2f128_pd(q[j], q[HALF + j], 0x31);
#endif
    }
}

#endif
#endif
