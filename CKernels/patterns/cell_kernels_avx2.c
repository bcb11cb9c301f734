#define ZT_SINGLE_ 0
#include "../lanes/avx2_lanes.h"

#if defined(ZT_LANES_)

enum { GATHERED = 1 };

ZT_INLINE_ uint64_t gather_(const mask_ m[GATHERED]) {
    return bits_(m[0]);
}
ZT_INLINE_ mask_ from_bits_(uint64_t bits) {
    const __m256i places = _mm256_set_epi64x(8, 4, 2, 1);
    const __m256i picked = _mm256_and_si256(_mm256_set1_epi64x((long long)bits), places);
    return _mm256_castsi256_pd(_mm256_cmpeq_epi64(picked, places));
}
ZT_INLINE_ vec_ rough_quotient_(vec_ a, vec_ b) {
    return div_(a, b);
}

#endif
#include "cell_kernels_text.h"
