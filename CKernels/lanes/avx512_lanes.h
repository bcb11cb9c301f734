/* Vectors of AVX-512 under the names of lanes.h. */
#ifndef ZT_LANES_AVX512_H
#define ZT_LANES_AVX512_H

#include "avx512.h"

#if defined(__x86_64__)

#define ZT_LANES_ 1
#define ZT_WIDE_VECTORS_ 1 /* Of a whole cache line, and many of them. */
#define ZT_INLINE_ ZT_AVX512_INLINE_
#define ZT_TARGET_ ZT_AVX512_
#define ZT_TIER_ avx512

#if ZT_SINGLE_
typedef float real_;
typedef __m512 vec_;
typedef __mmask16 mask_;
enum { LANES = 16 };
#define OP_(name) _mm512_##name##_ps
#define COMPARE_ _mm512_cmp_ps_mask
#define PAIR_(a, b, low)                                                                                     \
    _mm512_castpd_ps(low ? _mm512_unpacklo_pd(_mm512_castps_pd(a), _mm512_castps_pd(b))                      \
                         : _mm512_unpackhi_pd(_mm512_castps_pd(a), _mm512_castps_pd(b)))
#define QUARTERS_(a, b, which) _mm512_shuffle_f32x4(a, b, which)
#else
typedef double real_;
typedef __m512d vec_;
typedef __mmask8 mask_;
enum { LANES = 8 };
#define OP_(name) _mm512_##name##_pd
#define COMPARE_ _mm512_cmp_pd_mask
#define QUARTERS_(a, b, which) _mm512_shuffle_f64x2(a, b, which)
#endif

/* Of a tile of products: its accumulators, its gates and one vector of rows fit the 32 registers. */
enum { TILE_VECTORS = 4, TILE_GATES = 6 };

ZT_INLINE_ vec_ zero_(void) {
    return OP_(setzero)();
}
ZT_INLINE_ vec_ splat_(real_ x) {
    return OP_(set1)(x);
}
ZT_INLINE_ mask_ below_(size_t count) {
    return (mask_)(count < LANES ? ((unsigned)1 << count) - 1 : ((unsigned)1 << LANES) - 1);
}
ZT_INLINE_ mask_ mask_of_(uint64_t bits) {
    return (mask_)bits;
}
ZT_INLINE_ vec_ load_(const real_ *p) {
    return OP_(loadu)(p);
}
ZT_INLINE_ vec_ load_part_(const real_ *p, mask_ part) {
    return OP_(maskz_loadu)(part, p);
}
ZT_INLINE_ void store_(real_ *p, vec_ v) {
    OP_(storeu)(p, v);
}
ZT_INLINE_ void store_part_(real_ *p, mask_ part, vec_ v) {
    OP_(mask_storeu)(p, part, v);
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
    return OP_(abs)(a);
}
ZT_INLINE_ vec_ with_sign_of_(vec_ size, vec_ sign) {
    return OP_(or)(size, OP_(and)(sign, splat_((real_)-0.0)));
}
ZT_INLINE_ mask_ above_(vec_ a, vec_ b) {
    return COMPARE_(a, b, _CMP_GT_OQ);
}
ZT_INLINE_ mask_ not_above_(vec_ a, vec_ b) {
    return COMPARE_(a, b, _CMP_LE_OQ);
}
ZT_INLINE_ mask_ unordered_(vec_ a) {
    return COMPARE_(a, a, _CMP_UNORD_Q);
}
ZT_INLINE_ vec_ select_(mask_ mask, vec_ yes, vec_ no) {
    return OP_(mask_blend)(mask, no, yes);
}
ZT_INLINE_ vec_ keep_(mask_ mask, vec_ v) {
    return OP_(maskz_mov)(mask, v);
}
ZT_INLINE_ unsigned bits_(mask_ mask) {
    return mask;
}
ZT_INLINE_ real_ sum_(vec_ v) {
    return OP_(reduce_add)(v);
}
ZT_INLINE_ real_ largest_(vec_ v) {
    return OP_(reduce_max)(v);
}

/* Quarters of four vectors change places with vectors. */
ZT_INLINE_ void transpose_quarters_(vec_ *a, vec_ *b, vec_ *c, vec_ *d) {
    vec_ even = QUARTERS_(*a, *b, 0x88), odd = QUARTERS_(*a, *b, 0xdd);
    vec_ even2 = QUARTERS_(*c, *d, 0x88), odd2 = QUARTERS_(*c, *d, 0xdd);
    *a = QUARTERS_(even, even2, 0x88);
    *b = QUARTERS_(odd, odd2, 0x88);
    *c = QUARTERS_(even, even2, 0xdd);
    *d = QUARTERS_(odd, odd2, 0xdd);
}

/* Lanes change places with vectors: first within quarters, then quarters. */
ZT_INLINE_ void transpose_(vec_ v[LANES]) {
#if ZT_SINGLE_
    vec_ q[4][4];
    _Pragma("GCC unroll 4") for (size_t g = 0; g < 4; g++) {
        vec_ a = OP_(unpacklo)(v[4 * g], v[4 * g + 1]), b = OP_(unpackhi)(v[4 * g], v[4 * g + 1]);
        vec_ c = OP_(unpacklo)(v[4 * g + 2], v[4 * g + 3]), d = OP_(unpackhi)(v[4 * g + 2], v[4 * g + 3]);
        q[0][g] = PAIR_(a, c, 1);
        q[1][g] = PAIR_(a, c, 0);
        q[2][g] = PAIR_(b, d, 1);
        q[3][g] = PAIR_(b, d, 0);
    }
    _Pragma("GCC unroll 4") for (size_t j = 0; j < 4; j++) {
        transpose_quarters_(&q[j][0], &q[j][1], &q[j][2], &q[j][3]);
        _Pragma("GCC unroll 4") for (size_t g = 0; g < 4; g++) v[4 * g + j] = q[j][g];
    }
#else
    vec_ q[2][4];
    _Pragma("GCC unroll 4") for (size_t g = 0; g < 4; g++) {
        q[0][g] = OP_(unpacklo)(v[2 * g], v[2 * g + 1]);
        q[1][g] = OP_(unpackhi)(v[2 * g], v[2 * g + 1]);
    }
    _Pragma("GCC unroll 2") for (size_t j = 0; j < 2; j++) {
        transpose_quarters_(&q[j][0], &q[j][1], &q[j][2], &q[j][3]);
        _Pragma("GCC unroll 4") for (size_t g = 0; g < 4; g++) v[2 * g + j] = q[j][g];
    }
#endif
}

#endif
#endif
