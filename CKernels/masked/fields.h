/*
 * Lines of bits cut into fields of 30 bits with the outputs side by side: a vector of 16 outputs has in every lane the
 * bits of 30 inputs, six groups of five. Once a tile of inputs, for all columns.
 */
#ifndef ZT_FIELDS_H
#define ZT_FIELDS_H

#include "avx512.h"

#include "masked/register_room.h"

/* Eight rows in the low halves and eight in the high ones, each an 8 x 8 matrix to be transposed. */
ZT_AVX512_COUNTS_INLINE_ void transpose_(__m512i rows[8]) {
    const __m512i low = _mm512_set_epi64(13, 12, 5, 4, 9, 8, 1, 0),
                  high = _mm512_set_epi64(15, 14, 7, 6, 11, 10, 3, 2);
    __m512i pairs[8], fours[8];
    _Pragma("GCC unroll 4") for (int i = 0; i < 8; i += 2) {
        pairs[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
    }
    _Pragma("GCC unroll 2") for (int i = 0; i < 8; i += 4) {
        _Pragma("GCC unroll 2") for (int h = 0; h < 2; h++) {
            fours[i + 2 * h] = _mm512_unpacklo_epi64(pairs[i + h], pairs[i + h + 2]);
            fours[i + 2 * h + 1] = _mm512_unpackhi_epi64(pairs[i + h], pairs[i + h + 2]);
        }
    }
    _Pragma("GCC unroll 4") for (int i = 0; i < 4; i++) {
        rows[i] = _mm512_permutex2var_epi64(fours[i], low, fours[i + 4]);
        rows[i + 4] = _mm512_permutex2var_epi64(fours[i], high, fours[i + 4]);
    }
}

/* Where the fields of a tile lie in the 64 bytes from its first byte on. */
typedef struct {
    size_t first_byte;
    __mmask64 bytes; /* Those that the line has. */
    __m512i places, shifts;
} cut_;

ZT_AVX512_COUNTS_INLINE_ cut_ plan_cut_(size_t first, size_t bits) {
    uint8_t places[64];
    uint64_t shifts[8];
    for (size_t j = 0; j < ZT_FIELDS_; j++) {
        size_t bit = first % 8 + j * ZT_FIELD_BITS_;
        for (size_t b = 0; b < 8; b++) places[8 * j + b] = (uint8_t)(bit / 8 + b);
        shifts[j] = bit % 8;
    }
    size_t first_byte = first / 8, left = (bits + 63) / 64 * 8 - first_byte;
    return (cut_){.first_byte = first_byte,
                  .bytes = left < 64 ? ((__mmask64)1 << left) - 1 : ~(__mmask64)0,
                  .places = _mm512_loadu_si512(places),
                  .shifts = _mm512_loadu_si512(shifts)};
}

/* Fields of the inputs [first, first + 240) of `outputs` lines of `bits` bits; those past the end are 0. */
ZT_AVX512_COUNTS_ static void cut_fields_(size_t outputs, size_t first, size_t bits, const uint64_t *lines,
                                          size_t stride, room_ room) {
    const __m512i field = _mm512_set1_epi64(((int64_t)1 << ZT_FIELD_BITS_) - 1);
    cut_ cut = plan_cut_(first, bits);
    for (size_t o = 0; o < outputs; o += LANES) {
        __m256i rows[LANES];
        _Pragma("GCC unroll 16") for (size_t i = 0; i < LANES; i++) {
            /* Lanes past the last output repeat it; nobody reads them. */
            size_t line = o + i < outputs ? o + i : outputs - 1;
            const char *start = (const char *)(lines + line * stride) + cut.first_byte;
            __m512i bytes = _mm512_maskz_loadu_epi8(cut.bytes, start);
            __m512i eight = _mm512_srlv_epi64(_mm512_permutexvar_epi8(cut.places, bytes), cut.shifts);
            rows[i] = _mm512_cvtepi64_epi32(_mm512_and_si512(eight, field));
        }
        __m512i both[8];
        _Pragma("GCC unroll 8") for (size_t i = 0; i < 8; i++) both[i] =
            _mm512_inserti64x4(_mm512_castsi256_si512(rows[i]), rows[i + 8], 1);
        transpose_(both);
        _Pragma("GCC unroll 8") for (size_t j = 0; j < ZT_FIELDS_; j++)
            _mm512_store_si512(room.fields + j * room.block + o, both[j]);
    }
}

#endif
