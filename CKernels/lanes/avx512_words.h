/* Bits of lines in the lanes of AVX-512, under the names of words.h. */
#ifndef ZT_WORDS_AVX512_H
#define ZT_WORDS_AVX512_H

#include "lanes/avx512_lanes.h"
#include "lanes/words.h"

#if defined(__x86_64__)

typedef __m512i words_;
enum { WORD_BITS = 8 * sizeof(real_) };

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

#endif
#endif
