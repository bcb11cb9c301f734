/*
 * Blocks of 64 x 64 bits: bytes are moved so that a register holds one byte of all 64 lines; the top bits of its
 * bytes are then a word of the result, and a shift brings up the next.
 */
#include "avx512.h"

#include "kernel_table.h"

#if defined(__x86_64__)

/* Byte c of eight words to word c, for the eight words of every register, then words across registers: v[c] holds byte c of
 * all 64 words. */
ZT_AVX512_COUNTS_INLINE_ void gather_bytes_(__m512i v[8]) {
    const __m512i order =
        _mm512_set_epi64(0x3f372f271f170f07, 0x3e362e261e160e06, 0x3d352d251d150d05, 0x3c342c241c140c04,
                         0x3b332b231b130b03, 0x3a322a221a120a02, 0x3931292119110901, 0x3830282018100800);
    __m512i q[2][4];
    _Pragma("GCC unroll 4") for (size_t g = 0; g < 4; g++) {
        __m512i a = _mm512_permutexvar_epi8(order, v[2 * g]),
                b = _mm512_permutexvar_epi8(order, v[2 * g + 1]);
        q[0][g] = _mm512_unpacklo_epi64(a, b);
        q[1][g] = _mm512_unpackhi_epi64(a, b);
    }
    _Pragma("GCC unroll 2") for (size_t j = 0; j < 2; j++) {
        __m512i even = _mm512_shuffle_i64x2(q[j][0], q[j][1], 0x88);
        __m512i odd = _mm512_shuffle_i64x2(q[j][0], q[j][1], 0xdd);
        __m512i even2 = _mm512_shuffle_i64x2(q[j][2], q[j][3], 0x88);
        __m512i odd2 = _mm512_shuffle_i64x2(q[j][2], q[j][3], 0xdd);
        v[j] = _mm512_shuffle_i64x2(even, even2, 0x88);
        v[2 + j] = _mm512_shuffle_i64x2(odd, odd2, 0x88);
        v[4 + j] = _mm512_shuffle_i64x2(even, even2, 0xdd);
        v[6 + j] = _mm512_shuffle_i64x2(odd, odd2, 0xdd);
    }
}

/* `width` words of the result, one for each bit of the lines. */
ZT_AVX512_COUNTS_INLINE_ void spread_(size_t width, __m512i v[8], uint64_t *to, size_t stride) {
    _Pragma("GCC unroll 8") for (size_t c = 0; c < 8; c++) {
        for (size_t bit = 8; bit-- > 0; v[c] = _mm512_add_epi8(v[c], v[c]))
            if (8 * c + bit < width) to[(8 * c + bit) * stride] = _mm512_movepi8_mask(v[c]);
    }
}

ZT_AVX512_COUNTS_ void zt_transpose_bits_avx512_counts_(size_t lines, size_t bits, const uint64_t *source,
                                                        size_t source_stride, uint64_t *destination,
                                                        size_t destination_stride) {
    for (size_t j = 0; j < bits; j += 64) {
        size_t width = bits - j < 64 ? bits - j : 64;
        for (size_t i = 0; i < lines; i += 64) {
            size_t height = lines - i < 64 ? lines - i : 64;
            _Alignas(64) uint64_t words[64];
            __m512i v[8];
            const uint64_t *from = source + i * source_stride + j / 64;
            uint64_t *to = destination + j * destination_stride + i / 64;
            for (size_t k = 0; k < height; k++) words[k] = from[k * source_stride];
            for (size_t k = height; k < 64; k++) words[k] = 0;
            _Pragma("GCC unroll 8") for (size_t k = 0; k < 8; k++) v[k] = _mm512_load_si512(words + 8 * k);
            gather_bytes_(v);
            if (width == 64)
                spread_(64, v, to, destination_stride);
            else
                spread_(width, v, to, destination_stride);
        }
    }
}

#endif
