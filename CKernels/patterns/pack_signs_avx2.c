/*
 * Signs of X G', 16 samples by 3 gates in registers, compared and packed there: the product is never stored.
 * Samples lie in the lanes, so a tile of 64 rows is packed once, column by column, and serves all gates.
 */
#include "avx2.h"

#include "kernel_table.h"
#include "patterns/exact_sign.h"
#include "workspace.h"

#if defined(__x86_64__)

enum { STRIP = 16, STRIPS = ZT_SIGN_ROWS_ / STRIP, VECTORS = STRIP / 4, GATES = 3 };

/* packed: [strip][column][sample], zeros for the samples a strip lacks. scales: 4 ||x_k||_1. */
static void pack_rows_(size_t rows, size_t d, const double *x, size_t x_stride, double *packed,
                       double *scales) {
    for (size_t k = 0; k < ZT_SIGN_ROWS_; k++) scales[k] = 0;
    for (size_t k = 0; k < rows; k += STRIP) {
        for (size_t c = 0; c < d; c++) {
            for (size_t lane = 0; lane < STRIP; lane++) {
                double value = k + lane < rows ? x[(k + lane) * x_stride + c] : 0;
                packed[k * d + c * STRIP + lane] = value;
                scales[k + lane] += 4 * __builtin_fabs(value);
            }
        }
    }
}

static void scale_gates_(size_t d, size_t p, const double *gates, size_t gate_stride, double *scales) {
    for (size_t i = 0; i < p; i++) {
        double largest = 0;
        for (size_t c = 0; c < d; c++) {
            double size = __builtin_fabs(gates[i * gate_stride + c]);
            largest = size > largest ? size : largest;
        }
        scales[i] = largest;
    }
}

typedef struct {
    uint64_t ones, unsure; /* A strip's bits, and those the bound could not decide. */
} signs_;

ZT_AVX2_INLINE_ void strip_signs_(size_t count, size_t d, const double *packed, const double *row_scales,
                                  const double *gates, size_t gate_stride, const double *gate_scales,
                                  signs_ *signs) {
    __m256d sums[GATES][VECTORS];
    _Pragma("GCC unroll 4") for (size_t i = 0; i < count; i++)
        _Pragma("GCC unroll 4") for (size_t v = 0; v < VECTORS; v++) sums[i][v] = _mm256_setzero_pd();
    for (size_t c = 0; c < d; c++) {
        __m256d gate[GATES];
        _Pragma("GCC unroll 4") for (size_t i = 0; i < count; i++) gate[i] =
            _mm256_broadcast_sd(gates + i * gate_stride + c);
        _Pragma("GCC unroll 4") for (size_t v = 0; v < VECTORS; v++) {
            __m256d x = _mm256_load_pd(packed + c * STRIP + 4 * v);
            _Pragma("GCC unroll 4") for (size_t i = 0; i < count; i++) sums[i][v] =
                _mm256_fmadd_pd(x, gate[i], sums[i][v]);
        }
    }
    __m256d factor = _mm256_set1_pd(zt_sign_factor_(d)), least = _mm256_set1_pd(zt_sign_floor_(d));
    __m256d sign = _mm256_set1_pd(-0.0);
    _Pragma("GCC unroll 4") for (size_t i = 0; i < count; i++) {
        uint64_t ones = 0, zeros = 0;
        __m256d gate_scale = _mm256_broadcast_sd(gate_scales + i);
        _Pragma("GCC unroll 4") for (size_t v = 0; v < VECTORS; v++) {
            __m256d size = _mm256_mul_pd(_mm256_load_pd(row_scales + 4 * v), gate_scale);
            __m256d bound = _mm256_add_pd(_mm256_mul_pd(factor, size), least);
            __m256d above = _mm256_cmp_pd(sums[i][v], bound, _CMP_GT_OQ);
            __m256d below = _mm256_cmp_pd(sums[i][v], _mm256_xor_pd(bound, sign), _CMP_LT_OQ);
            ones |= (uint64_t)_mm256_movemask_pd(above) << (4 * v);
            zeros |= (uint64_t)_mm256_movemask_pd(below) << (4 * v);
        }
        signs[i] = (signs_){ones, ~(ones | zeros) & (((uint64_t)1 << STRIP) - 1)};
    }
}

/* One word of the lines of `count` gates. */
ZT_AVX2_INLINE_ void tile_words_(size_t count, size_t rows, size_t d, const double *x, size_t x_stride,
                                 const double *packed, const double *row_scales, const double *gates,
                                 size_t gate_stride, const double *gate_scales, uint64_t *bits,
                                 size_t bit_stride) {
    uint64_t ones[GATES] = {0}, unsure[GATES] = {0};
    for (size_t strip = 0; strip < STRIPS && strip * STRIP < rows; strip++) {
        signs_ signs[GATES];
        strip_signs_(count, d, packed + strip * STRIP * d, row_scales + strip * STRIP, gates, gate_stride,
                     gate_scales, signs);
        for (size_t i = 0; i < count; i++) {
            ones[i] |= signs[i].ones << (strip * STRIP);
            unsure[i] |= signs[i].unsure << (strip * STRIP);
        }
    }
    uint64_t all = rows == ZT_SIGN_ROWS_ ? ~(uint64_t)0 : ((uint64_t)1 << rows) - 1;
    for (size_t i = 0; i < count; i++) {
        for (uint64_t left = unsure[i] & all; left != 0; left &= left - 1) {
            size_t k = (size_t)__builtin_ctzll(left);
            ones[i] |= (uint64_t)zt_exact_bit_(d, x + k * x_stride, gates + i * gate_stride) << k;
        }
        bits[i * bit_stride] = ones[i] & all;
    }
}

ZT_AVX2_ void zt_pack_signs_f64_avx2_(size_t n, size_t d, size_t p, const double *x, size_t x_stride,
                                      const double *gates, size_t gate_stride, uint64_t *bits,
                                      size_t bit_stride, double *workspace) {
    double *packed = zt_aligned_(workspace), *row_scales = packed + ZT_SIGN_ROWS_ * d;
    double *gate_scales = row_scales + ZT_SIGN_ROWS_;
    scale_gates_(d, p, gates, gate_stride, gate_scales);
    for (size_t k = 0; k < n; k += ZT_SIGN_ROWS_) {
        size_t rows = n - k < ZT_SIGN_ROWS_ ? n - k : ZT_SIGN_ROWS_, i = 0;
        const double *tile = x + k * x_stride;
        pack_rows_(rows, d, tile, x_stride, packed, row_scales);
        for (; i + GATES <= p; i += GATES)
            tile_words_(GATES, rows, d, tile, x_stride, packed, row_scales, gates + i * gate_stride,
                        gate_stride, gate_scales + i, bits + i * bit_stride + k / 64, bit_stride);
        for (; i < p; i++)
            tile_words_(1, rows, d, tile, x_stride, packed, row_scales, gates + i * gate_stride, gate_stride,
                        gate_scales + i, bits + i * bit_stride + k / 64, bit_stride);
    }
}

#endif
