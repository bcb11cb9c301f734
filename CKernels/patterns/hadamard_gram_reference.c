/* The Gram matrix of the patterns, times another matrix entry by entry. */
#include "reference.h"

#include "kernel_table.h"

static unsigned ones_(uint64_t word) {
    unsigned count = 0;
    for (; word != 0; word &= word - 1) count++;
    return count;
}

static size_t shared_(size_t words, const uint64_t *a, const uint64_t *b) {
    size_t shared = 0;
    ZT_SCALAR_LOOP_
    for (size_t j = 0; j < words; j++) shared += ones_(a[j] & b[j]);
    return shared;
}

static double weight_(const double *weights, size_t i, size_t p, const uint64_t *a, const uint64_t *b) {
    return i < p && (a[i / 64] & b[i / 64]) >> (i % 64) & 1 ? weights[i] : 0;
}

/* In the order that patterns.h promises. */
static double shared_weight_(size_t p, const double *weights, const uint64_t *a, const uint64_t *b) {
    double sum = 0;
    ZT_SCALAR_LOOP_
    for (size_t i = 0; i < p; i += 4) {
        double first = weight_(weights, i, p, a, b) + weight_(weights, i + 1, p, a, b);
        double second = weight_(weights, i + 2, p, a, b) + weight_(weights, i + 3, p, a, b);
        sum += first + second;
    }
    return sum;
}

#define ZT_DEFINE_(real, suffix)                                                                             \
    void zt_hadamard_gram_##suffix##_reference_(size_t row0, size_t row1, size_t p,                          \
                                                const uint64_t *sample_bits, size_t bit_stride, real *k,     \
                                                size_t k_stride) {                                           \
        size_t words = p / 64 + (p % 64 != 0);                                                               \
        for (size_t a = row0; a < row1; a++)                                                                 \
            for (size_t b = 0; b <= a; b++)                                                                  \
                k[a * k_stride + b] *=                                                                       \
                    (real)shared_(words, sample_bits + a * bit_stride, sample_bits + b * bit_stride);        \
    }                                                                                                        \
                                                                                                             \
    void zt_weighted_hadamard_gram_##suffix##_reference_(                                                    \
        size_t row0, size_t row1, size_t p, const uint64_t *sample_bits, size_t bit_stride,                  \
        const double *weights, real *k, size_t k_stride, double *workspace) {                                \
        (void)workspace;                                                                                     \
        for (size_t a = row0; a < row1; a++)                                                                 \
            for (size_t b = 0; b <= a; b++)                                                                  \
                k[a * k_stride + b] *= (real)shared_weight_(p, weights, sample_bits + a * bit_stride,        \
                                                            sample_bits + b * bit_stride);                   \
    }

ZT_DEFINE_(double, f64)
ZT_DEFINE_(float, f32)
