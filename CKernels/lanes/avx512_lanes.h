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

typedef __m512i words_;
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
enum { WORD_BITS = 8 * sizeof(real_) };

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

/* In assembly, because clang makes an addition and a selection of it, twice the work. */
#if ZT_SINGLE_
#define IN_LANES_(name) "v" name "ps "
#else
#define IN_LANES_(name) "v" name "pd "
#endif
ZT_INLINE_ vec_ add_chosen_(vec_ sum, mask_ mask, vec_ v) {
    __asm__(IN_LANES_("add") "%2, %0, %0%{%1%}" : "+v"(sum) : "Yk"(mask), "v"(v));
    return sum;
}
/* The same on the ports of the multipliers, which additions leave free: it rounds the same. */
ZT_INLINE_ vec_ add_product_(vec_ sum, mask_ mask, vec_ v, vec_ one) {
    __asm__(IN_LANES_("fmadd231") "%2, %3, %0%{%1%}" : "+v"(sum) : "Yk"(mask), "v"(v), "v"(one));
    return sum;
}
/* Opaque, or the compiler would turn a multiplication by it back. */
ZT_INLINE_ vec_ one_(void) {
    vec_ one = splat_(1);
    __asm__("" : "+v"(one));
    return one;
}

ZT_INLINE_ words_ bit_(size_t place) {
#if ZT_SINGLE_
    return _mm512_set1_epi32((int)((uint32_t)1 << place));
#else
    return _mm512_set1_epi64((long long)((uint64_t)1 << place));
#endif
}
ZT_INLINE_ words_ next_bit_(words_ bit) {
#if ZT_SINGLE_
    return _mm512_add_epi32(bit, bit);
#else
    return _mm512_add_epi64(bit, bit);
#endif
}
ZT_INLINE_ mask_ have_(words_ words, words_ bit) {
#if ZT_SINGLE_
    return _mm512_test_epi32_mask(words, bit);
#else
    return _mm512_test_epi64_mask(words, bit);
#endif
}
ZT_INLINE_ words_ words_of_(vec_ bits) {
#if ZT_SINGLE_
    return _mm512_castps_si512(bits);
#else
    return _mm512_castpd_si512(bits);
#endif
}

/* Columns of LANES rows of 2 to 4 numbers, which follow each other in the first `width` vectors. */
#define ZT_UNPACKS_ 1
ZT_INLINE_ vec_ unpack_(const vec_ packed[4], size_t width, size_t column) {
#if ZT_SINGLE_
    const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    __m512i place = _mm512_add_epi32(_mm512_mullo_epi32(lane, _mm512_set1_epi32((int)width)),
                                     _mm512_set1_epi32((int)column));
    __mmask16 behind = _mm512_cmpge_epi32_mask(place, _mm512_set1_epi32(2 * LANES));
#else
    const __m512i lane = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
    __m512i place = _mm512_add_epi64(_mm512_mullo_epi64(lane, _mm512_set1_epi64((long long)width)),
                                     _mm512_set1_epi64((long long)column));
    __mmask8 behind = _mm512_cmpge_epi64_mask(place, _mm512_set1_epi64(2 * LANES));
#endif
    vec_ front = OP_(permutex2var)(packed[0], place, packed[1]);
    if (width == 2) return front;
    return OP_(mask_blend)(behind, front, OP_(permutex2var)(packed[2], place, packed[width - 1]));
}

/* Tables of the sums of four numbers. */
#define ZT_TABLES_IN_REGISTERS_ 1
ZT_INLINE_ words_ next_four_(words_ words) {
#if ZT_SINGLE_
    return _mm512_srli_epi32(words, 4);
#else
    return _mm512_srli_epi64(words, 4);
#endif
}
#if ZT_SINGLE_
typedef struct {
    vec_ sums;
} table_;
ZT_INLINE_ table_ table_of_(real_ a, real_ b, real_ c, real_ d, vec_ one) {
    vec_ sums = add_chosen_(zero_(), 0xaaaa, splat_(a));
    sums = add_chosen_(sums, 0xcccc, splat_(b));
    sums = add_product_(sums, 0xf0f0, splat_(c), one);
    return (table_){add_chosen_(sums, 0xff00, splat_(d))};
}
ZT_INLINE_ vec_ from_table_(table_ table, words_ words) {
    return _mm512_permutexvar_ps(words, table.sums);
}
#else
typedef struct {
    vec_ low, high;
} table_;
ZT_INLINE_ table_ table_of_(real_ a, real_ b, real_ c, real_ d, vec_ one) {
    vec_ low = add_chosen_(zero_(), 0xaa, splat_(a));
    low = add_chosen_(low, 0xcc, splat_(b));
    low = add_product_(low, 0xf0, splat_(c), one);
    return (table_){low, add_(low, splat_(d))};
}
ZT_INLINE_ vec_ from_table_(table_ table, words_ words) {
    return _mm512_permutex2var_pd(table.low, words, table.high);
}
#endif

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
