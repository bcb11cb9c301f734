#define ZT_SINGLE_ 0
#include "../lanes/avx512_lanes.h"

#if defined(ZT_LANES_)

enum { GATHERED = 4 };

ZT_INLINE_ uint64_t gather_(const mask_ m[GATHERED]) {
    return _mm512_kunpackw((__mmask32)_mm512_kunpackb(m[3], m[2]), (__mmask32)_mm512_kunpackb(m[1], m[0]));
}
ZT_INLINE_ mask_ from_bits_(uint64_t bits) {
    return (mask_)bits;
}
ZT_INLINE_ vec_ rough_quotient_(vec_ a, vec_ b) {
    return mul_(a, _mm512_rcp14_pd(b));
}

#endif
#include "cell_kernels_text.h"
