/* Blocks of 64 x 64 bits in six rounds of swaps, as in the reference, two words a register. */
#include "kernel_table.h"

#if defined(__aarch64__)
#include <arm_neon.h>

enum { PAIRS = 32 };

/* Bits of `mask` of the second and bits of `mask << s` of the first change places. */
#define SWAP_(first, second, s, mask)                                                                        \
    do {                                                                                                     \
        uint64x2_t swap = vandq_u64(veorq_u64(vshrq_n_u64(first, s), second), vdupq_n_u64(mask));            \
        first = veorq_u64(first, vshlq_n_u64(swap, s));                                                      \
        second = veorq_u64(second, swap);                                                                    \
    } while (0)

/* Registers i and i + s / 2 hold words that are s apart. */
#define ROUND_(v, s, mask)                                                                                   \
    for (size_t i = 0; i < PAIRS; i = (i + (s) / 2 + 1) & ~(size_t)((s) / 2))                                \
    SWAP_(v[i], v[i + (s) / 2], s, mask)

static void transpose_block_(uint64_t words[64]) {
    uint64x2_t v[PAIRS];
    for (size_t i = 0; i < PAIRS; i++) v[i] = vld1q_u64(words + 2 * i);
    ROUND_(v, 32, 0x00000000ffffffff);
    ROUND_(v, 16, 0x0000ffff0000ffff);
    ROUND_(v, 8, 0x00ff00ff00ff00ff);
    ROUND_(v, 4, 0x0f0f0f0f0f0f0f0f);
    ROUND_(v, 2, 0x3333333333333333);
    for (size_t i = 0; i < PAIRS;
         i += 2) { /* Words that are neighbours: the even ones and the odd ones of two pairs. */
        uint64x2_t even = vtrn1q_u64(v[i], v[i + 1]), odd = vtrn2q_u64(v[i], v[i + 1]);
        SWAP_(even, odd, 1, 0x5555555555555555);
        vst1q_u64(words + 2 * i, vtrn1q_u64(even, odd));
        vst1q_u64(words + 2 * i + 2, vtrn2q_u64(even, odd));
    }
}

void zt_transpose_bits_neon_(size_t lines, size_t bits, const uint64_t *source, size_t source_stride,
                             uint64_t *destination, size_t destination_stride) {
    for (size_t j = 0; j < bits; j += 64) {
        size_t width = bits - j < 64 ? bits - j : 64;
        for (size_t i = 0; i < lines; i += 64) {
            size_t height = lines - i < 64 ? lines - i : 64;
            uint64_t words[64] = {0};
            for (size_t k = 0; k < height; k++) words[k] = source[(i + k) * source_stride + j / 64];
            transpose_block_(words);
            for (size_t k = 0; k < width; k++) destination[(j + k) * destination_stride + i / 64] = words[k];
        }
    }
}

#endif
