/*
 * Sums of the weights of shared patterns: half a byte of both lines is an index into the subset sums of four weights, one
 * row by four columns. A text for instruction sets without permutations of doubles: TARGET_ and NAME_ are defined.
 */
#include "kernel_table.h"
#include "patterns/weighted_tables.h"

enum { COLUMNS = 4, HALF_BYTES = 16 };

TARGET_ static void sums_(size_t columns, size_t p, const double *tables, const uint64_t *a,
                          const uint64_t *b, size_t bit_stride, double *totals) {
    double sums[COLUMNS] = {0};
    for (size_t j = 0; j * 64 < p; j++) {
        uint64_t shared[COLUMNS] = {0};
        for (size_t c = 0; c < columns; c++) shared[c] = a[j] & b[c * bit_stride + j];
        size_t left = (p - j * 64 + 3) / 4, groups = left < HALF_BYTES ? left : HALF_BYTES;
        for (size_t g = 0; g < groups; g++) {
            const double *table = tables + (j * HALF_BYTES + g) * ZT_SUBSETS_;
            for (size_t c = 0; c < COLUMNS; c++) {
                sums[c] += table[shared[c] % ZT_SUBSETS_];
                shared[c] /= ZT_SUBSETS_;
            }
        }
    }
    for (size_t c = 0; c < columns; c++) totals[c] = sums[c];
}

#define ZT_DEFINE_(real, suffix)                                                                             \
    TARGET_ void NAME_(suffix)(size_t row0, size_t row1, size_t p, const uint64_t *sample_bits,              \
                               size_t bit_stride, const double *weights, real *k, size_t k_stride,           \
                               double *workspace) {                                                          \
        const double *tables = zt_weight_tables_(p, weights, workspace);                                     \
        for (size_t a = row0; a < row1; a++) {                                                               \
            for (size_t b = 0; b <= a; b += COLUMNS) {                                                       \
                double sums[COLUMNS];                                                                        \
                size_t columns = a + 1 - b < COLUMNS ? a + 1 - b : COLUMNS;                                  \
                sums_(columns, p, tables, sample_bits + a * bit_stride, sample_bits + b * bit_stride,        \
                      bit_stride, sums);                                                                     \
                for (size_t c = 0; c < columns; c++) k[a * k_stride + b + c] *= (real)sums[c];               \
            }                                                                                                \
        }                                                                                                    \
    }

ZT_DEFINE_(double, f64)
ZT_DEFINE_(float, f32)
