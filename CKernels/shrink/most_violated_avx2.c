#include "avx2.h"
#include "kernel_table.h"

#if defined(__x86_64__)

/* Sixteen samples at a time in four registers, one pass over the columns. */
enum { PANEL = 16 };

/* -0.0 in the lanes whose bit is 0: an exclusive or with it applies the sign of the cone. */
ZT_AVX2_INLINE_ __m256d negative_where_clear_(uint64_t bits) {
    const __m256i shifts = _mm256_set_epi64x(60, 61, 62, 63);
    const __m256i top = _mm256_sllv_epi64(_mm256_set1_epi64x((long long)~bits), shifts);
    return _mm256_and_pd(_mm256_castsi256_pd(top), _mm256_set1_pd(-0.0));
}

ZT_AVX2_ size_t zt_most_violated_f64_avx2_(size_t n, size_t d, const double *columns, size_t column_stride,
                                           const uint64_t *pattern, const double *v, double *value) {
    size_t worst = n;
    double least = 0;
    for (size_t row = 0; row < n; row += PANEL) {
        const size_t count = n - row < PANEL ? n - row : PANEL;
        __m256d sum[4] = {_mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd()};
        if (count == PANEL) {
            for (size_t j = 0; j < d; j++) {
                const double *column = columns + j * column_stride + row;
                const __m256d weight = _mm256_set1_pd(v[j]);
                for (int i = 0; i < 4; i++)
                    sum[i] = _mm256_fmadd_pd(weight, _mm256_loadu_pd(column + 4 * i), sum[i]);
            }
        } else {
            __m256i lanes[4];
            for (size_t i = 0; i < 4; i++) lanes[i] = zt_lanes_of_(count, 4 * i);
            for (size_t j = 0; j < d; j++) {
                const double *column = columns + j * column_stride + row;
                const __m256d weight = _mm256_set1_pd(v[j]);
                for (size_t i = 0; i < 4 && 4 * i < count; i++)
                    sum[i] = _mm256_fmadd_pd(weight, _mm256_maskload_pd(column + 4 * i, lanes[i]), sum[i]);
            }
        }
        const uint64_t bits = pattern[row / 64] >> (row % 64);
        double products[PANEL];
        int below = 0;
        for (int i = 0; i < 4; i++) {
            sum[i] = _mm256_xor_pd(sum[i], negative_where_clear_(bits >> (4 * i)));
            below |= _mm256_movemask_pd(_mm256_cmp_pd(sum[i], _mm256_set1_pd(least), _CMP_LT_OQ));
            _mm256_storeu_pd(products + 4 * i, sum[i]);
        }
        if (below == 0) continue;
        for (size_t k = 0; k < count; k++) {
            if (products[k] < least) {
                least = products[k];
                worst = row + k;
            }
        }
    }
    *value = least;
    return worst;
}

#endif
