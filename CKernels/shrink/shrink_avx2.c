/* Norms of blocks and the group soft-threshold, 16 entries at a time; a block is read once from memory and
 * once from the first-level cache. */
#include "avx2.h"

#include "kernel_table.h"
#include "tiny_norm.h"

#if defined(__x86_64__)

ZT_AVX2_ static double norm_(size_t d, const double *v) {
    __m256d sums[4] = {_mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd()};
    size_t c = 0;
    for (; c + 16 <= d; c += 16) {
        _Pragma("GCC unroll 4") for (size_t j = 0; j < 4; j++) {
            __m256d entry = _mm256_loadu_pd(v + c + 4 * j);
            sums[j] = _mm256_fmadd_pd(entry, entry, sums[j]);
        }
    }
    for (; c < d; c += 4) {
        __m256d entry = _mm256_maskload_pd(v + c, zt_lanes_of_(d, c));
        sums[0] = _mm256_fmadd_pd(entry, entry, sums[0]);
    }
    double sum =
        zt_sum_lanes_(_mm256_add_pd(_mm256_add_pd(sums[0], sums[1]), _mm256_add_pd(sums[2], sums[3])));
    if (sum < zt_tiny_square_) return zt_tiny_norm_(d, v);
    return _mm_cvtsd_f64(_mm_sqrt_sd(_mm_set_sd(sum), _mm_set_sd(sum)));
}

ZT_AVX2_ void zt_block_norms_f64_avx2_(size_t p, size_t d, const double *g, size_t g_stride, double *norms) {
    for (size_t i = 0; i < p; i++) norms[i] = norm_(d, g + i * g_stride);
}

ZT_AVX2_ static void scale_(size_t d, const double *from, double factor, double *to) {
    __m256d factors = _mm256_set1_pd(factor);
    size_t c = 0;
    for (; c + 4 <= d; c += 4) _mm256_storeu_pd(to + c, _mm256_mul_pd(factors, _mm256_loadu_pd(from + c)));
    for (; c < d; c++) to[c] = factor * from[c];
}

ZT_AVX2_ size_t zt_group_shrink_f64_avx2_(size_t p, size_t d, const double *t, size_t t_stride, double theta,
                                          double *v, size_t v_stride, double *norms, size_t *support) {
    size_t survivors = 0;
    for (size_t i = 0; i < p; i++) {
        const double *from = t + i * t_stride;
        double *to = v + i * v_stride, norm = norm_(d, from);
        if (norm <= theta) { /* False for NaN: it survives. */
            for (size_t c = 0; c < d; c++) to[c] = 0;
            if (norms != NULL) norms[i] = 0;
            continue;
        }
        scale_(d, from, 1 - theta / norm, to);
        if (norms != NULL) norms[i] = norm - theta;
        if (support != NULL) support[survivors] = i;
        survivors++;
    }
    return survivors;
}

#endif
