/* Two rows by two columns of the Hadamard Gram matrix share their loads; POPCNT counts. */
#include "avx2.h"

#include "kernel_table.h"

#if defined(__x86_64__)

ZT_AVX2_INLINE_ size_t shared_(size_t words, const uint64_t *a, const uint64_t *b) {
    size_t shared = 0;
    for (size_t j = 0; j < words; j++) shared += (size_t)_mm_popcnt_u64(a[j] & b[j]);
    return shared;
}

/* k_ab and its neighbours to the right, below and across. */
ZT_AVX2_INLINE_ void scale_four_(size_t words, const uint64_t *a, const uint64_t *b, size_t bit_stride,
                                 double *k, size_t k_stride) {
    const uint64_t *below = a + bit_stride, *right = b + bit_stride;
    size_t shared[4] = {0};
    for (size_t j = 0; j < words; j++) {
        shared[0] += (size_t)_mm_popcnt_u64(a[j] & b[j]);
        shared[1] += (size_t)_mm_popcnt_u64(a[j] & right[j]);
        shared[2] += (size_t)_mm_popcnt_u64(below[j] & b[j]);
        shared[3] += (size_t)_mm_popcnt_u64(below[j] & right[j]);
    }
    k[0] *= (double)shared[0];
    k[1] *= (double)shared[1];
    k[k_stride] *= (double)shared[2];
    k[k_stride + 1] *= (double)shared[3];
}

ZT_AVX2_ static void scale_row_(size_t a, size_t from, size_t words, const uint64_t *lines, size_t bit_stride,
                                double *k, size_t k_stride) {
    for (size_t b = from; b <= a; b++)
        k[a * k_stride + b] *= (double)shared_(words, lines + a * bit_stride, lines + b * bit_stride);
}

ZT_AVX2_ void zt_hadamard_gram_f64_avx2_(size_t row0, size_t row1, size_t p, const uint64_t *sample_bits,
                                         size_t bit_stride, double *k, size_t k_stride) {
    size_t words = p / 64 + (p % 64 != 0), a = row0;
    for (; a + 2 <= row1; a += 2) {
        size_t b = 0;
        for (; b + 2 <= a + 1; b += 2)
            scale_four_(words, sample_bits + a * bit_stride, sample_bits + b * bit_stride, bit_stride,
                        k + a * k_stride + b, k_stride);
        scale_row_(a, b, words, sample_bits, bit_stride, k, k_stride);
        scale_row_(a + 1, b, words, sample_bits, bit_stride, k, k_stride);
    }
    if (a < row1) scale_row_(a, 0, words, sample_bits, bit_stride, k, k_stride);
}

#endif
