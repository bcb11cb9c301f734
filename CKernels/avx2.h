/* What the AVX2 + FMA files share. Each function is compiled for its instruction set by attribute, so the
 * build needs no machine flags and the files are empty elsewhere. */
#ifndef ZT_AVX2_H
#define ZT_AVX2_H

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>

#define ZT_AVX2_ __attribute__((target("avx2,fma,popcnt")))
#define ZT_AVX2_INLINE_ ZT_AVX2_ __attribute__((always_inline)) static inline

/* Lanes below `count` (0 to 4) selected, for masked loads and stores: these never touch the other lanes. */
ZT_AVX2_INLINE_ __m256i zt_lanes_below_(size_t count) {
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x((long long)count), _mm256_set_epi64x(3, 2, 1, 0));
}

/* The lanes [from, from + 4) of a row that has `width` of them. */
ZT_AVX2_INLINE_ __m256i zt_lanes_of_(size_t width, size_t from) {
    size_t left = width > from ? width - from : 0;
    return zt_lanes_below_(left < 4 ? left : 4);
}

/* The sum of the lanes, in an order that does not depend on anything else. */
ZT_AVX2_INLINE_ double zt_sum_lanes_(__m256d v) {
    __m128d pair = _mm_add_pd(_mm256_castpd256_pd128(v), _mm256_extractf128_pd(v, 1));
    return _mm_cvtsd_f64(_mm_add_sd(pair, _mm_unpackhi_pd(pair, pair)));
}

#endif
#endif
