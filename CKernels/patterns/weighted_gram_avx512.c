/*
 * Sums of the weights of shared patterns: the 16 subset sums of four weights are two registers, eight columns in
 * the lanes look theirs up, and one addition serves four patterns. Four rows share the tables.
 */
#include "avx512.h"

#include "kernel_table.h"
#include "patterns/weighted_tables.h"

#if defined(__x86_64__)

enum { COLUMNS = 8, ROWS = 4, GROUPS = 16 };

/* The sums of rows [a, a + rows) with the columns from b on. */
ZT_AVX512_INLINE_ void sum_rows_(size_t rows, size_t p, const double *tables, const uint64_t *a,
                                 const uint64_t *b, size_t bit_stride, __mmask8 columns, __m512d *sums) {
    __m512i lanes = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
    __m512i places = _mm512_mullo_epi64(lanes, _mm512_set1_epi64((long long)bit_stride));
    _Pragma("GCC unroll 4") for (size_t r = 0; r < rows; r++) sums[r] = _mm512_setzero_pd();
    for (size_t j = 0; j * 64 < p; j++) {
        __m512i words =
            _mm512_mask_i64gather_epi64(_mm512_setzero_si512(), columns, places, (const void *)(b + j), 8);
        __m512i shared[ROWS];
        _Pragma("GCC unroll 4") for (size_t r = 0; r < rows; r++) shared[r] =
            _mm512_and_si512(words, _mm512_set1_epi64((long long)a[r * bit_stride + j]));
        size_t left = (p - j * 64 + 3) / 4, groups = left < GROUPS ? left : GROUPS;
        for (size_t g = 0; g < groups; g++) {
            const double *table = tables + (j * GROUPS + g) * ZT_SUBSETS_;
            __m512d low = _mm512_load_pd(table), high = _mm512_load_pd(table + 8);
            _Pragma("GCC unroll 4") for (size_t r = 0; r < rows; r++) {
                sums[r] = _mm512_add_pd(sums[r], _mm512_permutex2var_pd(low, shared[r], high));
                shared[r] = _mm512_srli_epi64(shared[r], 4);
            }
        }
    }
}

ZT_AVX512_INLINE_ void scale_f64_(__mmask8 lanes, __m512d sums, double *k) {
    _mm512_mask_storeu_pd(k, lanes, _mm512_mul_pd(_mm512_maskz_loadu_pd(lanes, k), sums));
}

ZT_AVX512_INLINE_ void scale_f32_(__mmask8 lanes, __m512d sums, float *k) {
    _mm256_mask_storeu_ps(k, lanes, _mm256_mul_ps(_mm256_maskz_loadu_ps(lanes, k), _mm512_cvtpd_ps(sums)));
}

ZT_AVX512_INLINE_ __mmask8 width_(size_t a, size_t b) {
    return (__mmask8)(a < b ? 0 : a + 1 - b < COLUMNS ? (1U << (a + 1 - b)) - 1 : 0xff);
}

#define ZT_DEFINE_(real, suffix)                                                                             \
    ZT_AVX512_INLINE_ void scale_rows_##suffix##_(size_t rows, size_t a, size_t p, const double *tables,     \
                                                  const uint64_t *lines, size_t bit_stride, real *k,         \
                                                  size_t k_stride) {                                         \
        for (size_t b = 0; b < a + rows; b += COLUMNS) {                                                     \
            __m512d sums[ROWS];                                                                              \
            sum_rows_(rows, p, tables, lines + a * bit_stride, lines + b * bit_stride, bit_stride,           \
                      width_(a + rows - 1, b), sums);                                                        \
            for (size_t r = 0; r < rows; r++)                                                                \
                scale_##suffix##_(width_(a + r, b), sums[r], k + (a + r) * k_stride + b);                    \
        }                                                                                                    \
    }                                                                                                        \
                                                                                                             \
    ZT_AVX512_ void zt_weighted_hadamard_gram_##suffix##_avx512_(                                            \
        size_t row0, size_t row1, size_t p, const uint64_t *sample_bits, size_t bit_stride,                  \
        const double *weights, real *k, size_t k_stride, double *workspace) {                                \
        double *tables = zt_weight_tables_(p, weights, workspace);                                           \
        size_t a = row0;                                                                                     \
        for (; a + ROWS <= row1; a += ROWS)                                                                  \
            scale_rows_##suffix##_(ROWS, a, p, tables, sample_bits, bit_stride, k, k_stride);                \
        for (; a < row1; a++) scale_rows_##suffix##_(1, a, p, tables, sample_bits, bit_stride, k, k_stride); \
    }

ZT_DEFINE_(double, f64)
ZT_DEFINE_(float, f32)

#endif
