/* Bits of lines in the lanes of NEON, under the names of words.h. */
#ifndef ZT_WORDS_NEON_H
#define ZT_WORDS_NEON_H

#include "lanes/neon_lanes.h"
#include "lanes/words.h"

#if defined(__aarch64__)

typedef lane_bits_ words_;
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
    return vdupq_n_u32((uint32_t)1 << place);
#else
    return vdupq_n_u64((uint64_t)1 << place);
#endif
}
ZT_INLINE_ words_ next_bit_(words_ bit) {
    return BITS_(vadd)(bit, bit);
}
ZT_INLINE_ mask_ have_(words_ words, words_ bit) {
    return BITS_(vtst)(words, bit);
}
ZT_INLINE_ words_ words_of_(vec_ bits) {
    return TO_BITS_(bits);
}

#endif
#endif
