/*
 * Counts of shared patterns, eight columns in the lanes of a vector: a column's words lie in one lane, a row's word
 * is broadcast, and no sum across lanes is needed. Four rows share the loads.
 */
#include "avx512.h"

#include "kernel_table.h"

#if defined(__x86_64__)

enum {
    COLUMNS = 8,
    ROWS = 4,
    BAND = 64,  /* Rows that use a staged chunk of columns. */
    CHUNK = 64, /* Words of a chunk: 4 KB. */
};

/* Words [from, from + count) of `columns` lines side by side, zero for the lines that are missing. */
static void stage_(size_t columns, size_t from, size_t count, const uint64_t *lines, size_t bit_stride,
                   uint64_t *staged) {
    for (size_t lane = 0; lane < COLUMNS; lane++) {
        for (size_t j = 0; j < count; j++)
            staged[j * COLUMNS + lane] = lane < columns ? lines[lane * bit_stride + from + j] : 0;
    }
}

ZT_AVX512_COUNTS_INLINE_ void count_rows_(size_t rows, size_t words, const uint64_t *a, size_t bit_stride,
                                          const uint64_t *staged, __m512i *counts) {
    __m512i sums[ROWS];
    _Pragma("GCC unroll 4") for (size_t r = 0; r < rows; r++) sums[r] = counts[r];
    for (size_t j = 0; j < words; j++) {
        __m512i b = _mm512_load_si512(staged + j * COLUMNS);
        _Pragma("GCC unroll 4") for (size_t r = 0; r < rows; r++) {
            __m512i shared = _mm512_and_si512(b, _mm512_set1_epi64((long long)a[r * bit_stride + j]));
            sums[r] = _mm512_add_epi64(sums[r], _mm512_popcnt_epi64(shared));
        }
    }
    _Pragma("GCC unroll 4") for (size_t r = 0; r < rows; r++) counts[r] = sums[r];
}

/* Shared patterns of rows [a, a + rows) with columns [b, b + 8). */
ZT_AVX512_COUNTS_ static void count_band_(size_t a, size_t rows, size_t b, size_t columns, size_t words,
                                          const uint64_t *lines, size_t bit_stride, __m512i *counts) {
    _Alignas(64) uint64_t staged[CHUNK * COLUMNS];
    for (size_t r = 0; r < rows; r++) counts[r] = _mm512_setzero_si512();
    for (size_t from = 0; from < words; from += CHUNK) {
        size_t count = words - from < CHUNK ? words - from : CHUNK, r = 0;
        stage_(columns, from, count, lines + b * bit_stride, bit_stride, staged);
        for (; r + ROWS <= rows; r += ROWS)
            count_rows_(ROWS, count, lines + (a + r) * bit_stride + from, bit_stride, staged, counts + r);
        for (; r < rows; r++)
            count_rows_(1, count, lines + (a + r) * bit_stride + from, bit_stride, staged, counts + r);
    }
}

ZT_AVX512_COUNTS_INLINE_ void scale_f64_(__mmask8 lanes, __m512i counts, double *k) {
    __m512d old = _mm512_maskz_loadu_pd(lanes, k);
    _mm512_mask_storeu_pd(k, lanes, _mm512_mul_pd(old, _mm512_cvtepu64_pd(counts)));
}

ZT_AVX512_COUNTS_INLINE_ void scale_f32_(__mmask8 lanes, __m512i counts, float *k) {
    __m256 old = _mm256_maskz_loadu_ps(lanes, k);
    _mm256_mask_storeu_ps(k, lanes, _mm256_mul_ps(old, _mm512_cvtepu64_ps(counts)));
}

#define ZT_DEFINE_(real, suffix)                                                                             \
    ZT_AVX512_COUNTS_ void zt_hadamard_gram_##suffix##_avx512_counts_(                                       \
        size_t row0, size_t row1, size_t p, const uint64_t *sample_bits, size_t bit_stride, real *k,         \
        size_t k_stride) {                                                                                   \
        size_t words = p / 64 + (p % 64 != 0);                                                               \
        for (size_t band = row0; band < row1; band += BAND) {                                                \
            size_t last = row1 - band < BAND ? row1 : band + BAND;                                           \
            for (size_t b = 0; b < last; b += COLUMNS) {                                                     \
                __m512i counts[BAND];                                                                        \
                size_t first = band > b ? band : b;                                                          \
                size_t columns = last - b < COLUMNS ? last - b : COLUMNS;                                    \
                count_band_(first, last - first, b, columns, words, sample_bits, bit_stride, counts);        \
                for (size_t a = first; a < last; a++) {                                                      \
                    size_t width = a + 1 - b < COLUMNS ? a + 1 - b : COLUMNS;                                \
                    scale_##suffix##_((__mmask8)((1U << width) - 1), counts[a - first],                      \
                                      k + a * k_stride + b);                                                 \
                }                                                                                            \
            }                                                                                                \
        }                                                                                                    \
    }

ZT_DEFINE_(double, f64)
ZT_DEFINE_(float, f32)

#endif
