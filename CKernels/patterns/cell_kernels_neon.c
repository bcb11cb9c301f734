#define ZT_SINGLE_ 0
#include "../lanes/neon_lanes.h"

#if defined(ZT_LANES_)

enum { GATHERED = 8 };

/* Lanes of 64 bits are narrowed to bytes, each then leaves one bit. */
ZT_INLINE_ uint64_t gather_(const mask_ m[GATHERED]) {
    uint32x4_t w[4];
    for (size_t k = 0; k < 4; k++)
        w[k] = vuzp1q_u32(vreinterpretq_u32_u64(m[2 * k]), vreinterpretq_u32_u64(m[2 * k + 1]));
    const uint16x8_t lower = vuzp1q_u16(vreinterpretq_u16_u32(w[0]), vreinterpretq_u16_u32(w[1]));
    const uint16x8_t upper = vuzp1q_u16(vreinterpretq_u16_u32(w[2]), vreinterpretq_u16_u32(w[3]));
    const uint8x16_t bytes = vuzp1q_u8(vreinterpretq_u8_u16(lower), vreinterpretq_u8_u16(upper));
    const uint8_t places[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t picked = vandq_u8(bytes, vld1q_u8(places));
    return vaddv_u8(vget_low_u8(picked)) | (uint64_t)vaddv_u8(vget_high_u8(picked)) << 8;
}
ZT_INLINE_ mask_ from_bits_(uint64_t bits) {
    const uint64_t places[LANES] = {1, 2};
    return vtstq_u64(vdupq_n_u64(bits), vld1q_u64(places));
}
ZT_INLINE_ vec_ rough_quotient_(vec_ a, vec_ b) {
    return div_(a, b);
}

#endif
#include "cell_kernels_text.h"
