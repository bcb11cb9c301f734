/* Bits of lines in the lanes of AVX2, under the names of words.h. */
#ifndef ZT_WORDS_AVX2_H
#define ZT_WORDS_AVX2_H

#include "lanes/avx2_lanes.h"
#include "lanes/words.h"

#if defined(__x86_64__)

typedef __m256i words_;
enum { WORD_BITS = 8 * sizeof(real_) };

ZT_INLINE_ vec_ add_chosen_(vec_ sum, mask_ mask, vec_ v) {
    return add_(sum, keep_(mask, v));
}
ZT_INLINE_ vec_ add_product_(vec_ sum, mask_ mask, vec_ v, vec_ one) {
    (void)one;
    return add_chosen_(sum, mask, v);
}
ZT_INLINE_ vec_ one_(void) {
    return splat_(1);
}

ZT_INLINE_ words_ bit_(size_t place) {
#if ZT_SINGLE_
    return _mm256_set1_epi32((int)((uint32_t)1 << place));
#else
    return _mm256_set1_epi64x((long long)((uint64_t)1 << place));
#endif
}
ZT_INLINE_ words_ next_bit_(words_ bit) {
#if ZT_SINGLE_
    return _mm256_add_epi32(bit, bit);
#else
    return _mm256_add_epi64(bit, bit);
#endif
}
ZT_INLINE_ mask_ have_(words_ words, words_ bit) {
#if ZT_SINGLE_
    return _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(words, bit), bit));
#else
    return _mm256_castsi256_pd(_mm256_cmpeq_epi64(_mm256_and_si256(words, bit), bit));
#endif
}
ZT_INLINE_ words_ words_of_(vec_ bits) {
#if ZT_SINGLE_
    return _mm256_castps_si256(bits);
#else
    return _mm256_castpd_si256(bits);
#endif
}

#endif
#endif
