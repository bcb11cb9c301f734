/*
 * Blocks of 64 x 64 bits: bytes are moved so that a register holds one byte of 32 lines; the top bits of its bytes
 * are then half a word of the result, and a shift brings up the next.
 */
#include "avx2.h"

#include "kernel_table.h"

#if defined(__x86_64__)

/* Byte c of 32 words to v[c]: 16 of them in either half of the registers. */
ZT_AVX2_INLINE_ void gather_bytes_(const uint64_t *words, __m256i v[8]) {
    const __m256i pairs = _mm256_setr_epi8(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15, 0, 8, 1, 9,
                                           2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
    __m256i a[8], b[8];
    _Pragma("GCC unroll 8") for (size_t k = 0; k < 8; k++) {
        __m128i low = _mm_load_si128((const void *)(words + 2 * k));
        __m128i high = _mm_load_si128((const void *)(words + 16 + 2 * k));
        a[k] = _mm256_shuffle_epi8(_mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1), pairs);
    }
    /* Now 8 x 8 pairs of bytes in either half. */
    _Pragma("GCC unroll 4") for (size_t k = 0; k < 4; k++) {
        b[k] = _mm256_unpacklo_epi16(a[2 * k], a[2 * k + 1]);
        b[4 + k] = _mm256_unpackhi_epi16(a[2 * k], a[2 * k + 1]);
    }
    _Pragma("GCC unroll 4") for (size_t k = 0; k < 8; k += 4) {
        a[k] = _mm256_unpacklo_epi32(b[k], b[k + 1]);
        a[k + 1] = _mm256_unpackhi_epi32(b[k], b[k + 1]);
        a[k + 2] = _mm256_unpacklo_epi32(b[k + 2], b[k + 3]);
        a[k + 3] = _mm256_unpackhi_epi32(b[k + 2], b[k + 3]);
    }
    _Pragma("GCC unroll 4") for (size_t k = 0; k < 8; k += 4) {
        v[k] = _mm256_unpacklo_epi64(a[k], a[k + 2]);
        v[k + 1] = _mm256_unpackhi_epi64(a[k], a[k + 2]);
        v[k + 2] = _mm256_unpacklo_epi64(a[k + 1], a[k + 3]);
        v[k + 3] = _mm256_unpackhi_epi64(a[k + 1], a[k + 3]);
    }
}

ZT_AVX2_INLINE_ void spread_(size_t width, const uint64_t *words, uint64_t *to, size_t stride) {
    __m256i low[8], high[8];
    gather_bytes_(words, low);
    gather_bytes_(words + 32, high);
    _Pragma("GCC unroll 8") for (size_t c = 0; c < 8; c++) {
        for (size_t bit = 8; bit-- > 0;) {
            uint64_t word = (uint32_t)_mm256_movemask_epi8(low[c]);
            word |= (uint64_t)(uint32_t)_mm256_movemask_epi8(high[c]) << 32;
            if (8 * c + bit < width) to[(8 * c + bit) * stride] = word;
            low[c] = _mm256_add_epi8(low[c], low[c]);
            high[c] = _mm256_add_epi8(high[c], high[c]);
        }
    }
}

ZT_AVX2_ void zt_transpose_bits_avx2_(size_t lines, size_t bits, const uint64_t *source, size_t source_stride,
                                      uint64_t *destination, size_t destination_stride) {
    for (size_t j = 0; j < bits; j += 64) {
        size_t width = bits - j < 64 ? bits - j : 64;
        for (size_t i = 0; i < lines; i += 64) {
            size_t height = lines - i < 64 ? lines - i : 64;
            _Alignas(32) uint64_t words[64];
            const uint64_t *from = source + i * source_stride + j / 64;
            uint64_t *to = destination + j * destination_stride + i / 64;
            for (size_t k = 0; k < height; k++) words[k] = from[k * source_stride];
            for (size_t k = height; k < 64; k++) words[k] = 0;
            if (width == 64)
                spread_(64, words, to, destination_stride);
            else
                spread_(width, words, to, destination_stride);
        }
    }
}

#endif
