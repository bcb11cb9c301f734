/* Counts of shared patterns: four words of a line at a time, bits of half bytes looked up, two rows by two columns. */
#include "avx2.h"

#include "kernel_table.h"

#if defined(__x86_64__)

enum { LONGEST = 31 }; /* Vectors until a byte that grows by 8 could overflow. */

ZT_AVX2_INLINE_ __m256i byte_counts_(__m256i bits) {
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2,
                                           2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i half = _mm256_set1_epi8(15);
    __m256i low = _mm256_and_si256(bits, half), high = _mm256_and_si256(_mm256_srli_epi16(bits, 4), half);
    return _mm256_add_epi8(_mm256_shuffle_epi8(table, low), _mm256_shuffle_epi8(table, high));
}

ZT_AVX2_INLINE_ size_t sum_(__m256i counts) {
    __m128i pair = _mm_add_epi64(_mm256_castsi256_si128(counts), _mm256_extracti128_si256(counts, 1));
    return (size_t)(_mm_cvtsi128_si64(pair) + _mm_extract_epi64(pair, 1));
}

/* shared[r][c]: patterns that line r of a and line c of b select. */
ZT_AVX2_INLINE_ void count_(size_t rows, size_t columns, size_t words, const uint64_t *a, const uint64_t *b,
                            size_t bit_stride, size_t shared[2][2]) {
    __m256i sums[2][2];
    size_t j = 0;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++) sums[r][c] = _mm256_setzero_si256();
    while (words - j >= 4) {
        size_t end = (words - j) / 4 < LONGEST ? j + (words - j) / 4 * 4 : j + LONGEST * 4;
        __m256i bytes[2][2] = {{_mm256_setzero_si256(), _mm256_setzero_si256()},
                               {_mm256_setzero_si256(), _mm256_setzero_si256()}};
        for (; j < end; j += 4) {
            _Pragma("GCC unroll 2") for (size_t r = 0; r < rows; r++) {
                __m256i line = _mm256_loadu_si256((const void *)(a + r * bit_stride + j));
                _Pragma("GCC unroll 2") for (size_t c = 0; c < columns; c++) {
                    __m256i other = _mm256_loadu_si256((const void *)(b + c * bit_stride + j));
                    bytes[r][c] = _mm256_add_epi8(bytes[r][c], byte_counts_(_mm256_and_si256(line, other)));
                }
            }
        }
        for (size_t r = 0; r < rows; r++)
            for (size_t c = 0; c < columns; c++)
                sums[r][c] =
                    _mm256_add_epi64(sums[r][c], _mm256_sad_epu8(bytes[r][c], _mm256_setzero_si256()));
    }
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++) {
            shared[r][c] = sum_(sums[r][c]);
            for (size_t i = j; i < words; i++)
                shared[r][c] += (size_t)_mm_popcnt_u64(a[r * bit_stride + i] & b[c * bit_stride + i]);
        }
    }
}

#define ZT_DEFINE_(real, suffix)                                                                             \
    ZT_AVX2_ static void scale_row_##suffix##_(size_t a, size_t from, size_t words, const uint64_t *lines,   \
                                               size_t bit_stride, real *k, size_t k_stride) {                \
        size_t shared[2][2];                                                                                 \
        for (size_t b = from; b <= a; b++) {                                                                 \
            count_(1, 1, words, lines + a * bit_stride, lines + b * bit_stride, bit_stride, shared);         \
            k[a * k_stride + b] *= (real)shared[0][0];                                                       \
        }                                                                                                    \
    }                                                                                                        \
                                                                                                             \
    ZT_AVX2_ void zt_hadamard_gram_##suffix##_avx2_(size_t row0, size_t row1, size_t p,                      \
                                                    const uint64_t *sample_bits, size_t bit_stride, real *k, \
                                                    size_t k_stride) {                                       \
        size_t words = p / 64 + (p % 64 != 0), a = row0;                                                     \
        for (; a + 2 <= row1; a += 2) {                                                                      \
            size_t b = 0, shared[2][2];                                                                      \
            for (; b + 2 <= a + 1; b += 2) {                                                                 \
                real *entry = k + a * k_stride + b;                                                          \
                count_(2, 2, words, sample_bits + a * bit_stride, sample_bits + b * bit_stride, bit_stride,  \
                       shared);                                                                              \
                entry[0] *= (real)shared[0][0];                                                              \
                entry[1] *= (real)shared[0][1];                                                              \
                entry[k_stride] *= (real)shared[1][0];                                                       \
                entry[k_stride + 1] *= (real)shared[1][1];                                                   \
            }                                                                                                \
            scale_row_##suffix##_(a, b, words, sample_bits, bit_stride, k, k_stride);                        \
            scale_row_##suffix##_(a + 1, b, words, sample_bits, bit_stride, k, k_stride);                    \
        }                                                                                                    \
        if (a < row1) scale_row_##suffix##_(a, 0, words, sample_bits, bit_stride, k, k_stride);              \
    }

ZT_DEFINE_(double, f64)
ZT_DEFINE_(float, f32)

#endif
