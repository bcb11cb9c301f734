/* Norms from sums of squares, and by other means where squares underflow or overflow: that is rare and must be the same in all
 * tiers. */
#ifndef ZT_TINY_NORM_H
#define ZT_TINY_NORM_H

#include <float.h>
#include <math.h>
#include <stddef.h>

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

/* Below this a sum of squares may have lost terms that matter; DBL_MIN / DBL_EPSILON^2, with room for many
 * terms. */
static const double zt_tiny_square_ = 0x1p-900;
static const float zt_tiny_square_f32_ = 0x1p-70F;

/* Entries are multiplied by 2^600: they were below 2^-450, and the smallest, 2^-1074, has a normal square
 * then. */
static inline double zt_tiny_norm_(size_t d, const double *v) {
    double sum = 0;
    for (size_t c = 0; c < d; c++) {
        double scaled = v[c] * 0x1p600;
        sum += scaled * scaled;
    }
    return sqrt(sum) * 0x1p-600;
}

/* Whether the root of the sum is the norm. */
static inline int zt_is_normal_f64_(double squares) {
    return squares >= zt_tiny_square_;
}

static inline int zt_is_normal_f32_(float squares) {
    return squares >= zt_tiny_square_f32_ && squares <= FLT_MAX;
}

static inline double zt_norm_f64_(double squares, size_t d, const double *v) {
    return squares < zt_tiny_square_ ? zt_tiny_norm_(d, v) : sqrt(squares);
}

/* Squares of floats neither underflow nor overflow in double. A NaN takes that way too. */
static inline float zt_norm_f32_(float squares, size_t d, const float *v) {
    if (zt_is_normal_f32_(squares)) return sqrtf(squares);
    double sum = 0;
    for (size_t c = 0; c < d; c++) sum += (double)v[c] * (double)v[c];
    return (float)sqrt(sum);
}

#endif
