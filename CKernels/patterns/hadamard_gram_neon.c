/* Counts of shared patterns, two words at a time: bits of bytes, summed pairwise. One row by four columns. */
#include "kernel_table.h"

#if defined(__aarch64__)
#include <arm_neon.h>

enum { COLUMNS = 4 };

static inline uint64x2_t counts_(uint64x2_t bits) {
    return vpaddlq_u32(vpaddlq_u16(vpaddlq_u8(vcntq_u8(vreinterpretq_u8_u64(bits)))));
}

static inline void count_(size_t columns, size_t words, const uint64_t *a, const uint64_t *b,
                          size_t bit_stride, size_t *shared) {
    uint64x2_t sums[COLUMNS] = {vdupq_n_u64(0), vdupq_n_u64(0), vdupq_n_u64(0), vdupq_n_u64(0)};
    size_t j = 0;
    for (; j + 2 <= words; j += 2) {
        uint64x2_t line = vld1q_u64(a + j);
        for (size_t c = 0; c < columns; c++)
            sums[c] = vaddq_u64(sums[c], counts_(vandq_u64(line, vld1q_u64(b + c * bit_stride + j))));
    }
    for (size_t c = 0; c < columns; c++) {
        if (j < words)
            sums[c] =
                vaddq_u64(sums[c], counts_(vsetq_lane_u64(a[j] & b[c * bit_stride + j], vdupq_n_u64(0), 0)));
        shared[c] = (size_t)vaddvq_u64(sums[c]);
    }
}

#define ZT_DEFINE_(real, suffix)                                                                             \
    void zt_hadamard_gram_##suffix##_neon_(size_t row0, size_t row1, size_t p, const uint64_t *sample_bits,  \
                                           size_t bit_stride, real *k, size_t k_stride) {                    \
        size_t words = p / 64 + (p % 64 != 0);                                                               \
        for (size_t a = row0; a < row1; a++) {                                                               \
            for (size_t b = 0; b <= a; b += COLUMNS) {                                                       \
                size_t shared[COLUMNS], columns = a + 1 - b < COLUMNS ? a + 1 - b : COLUMNS;                 \
                count_(columns, words, sample_bits + a * bit_stride, sample_bits + b * bit_stride,           \
                       bit_stride, shared);                                                                  \
                for (size_t c = 0; c < columns; c++) k[a * k_stride + b + c] *= (real)shared[c];             \
            }                                                                                                \
        }                                                                                                    \
    }

ZT_DEFINE_(double, f64)
ZT_DEFINE_(float, f32)

#endif
