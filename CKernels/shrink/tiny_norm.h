/* The norm of a block whose squares underflow, shared by all tiers: it is rare and must be the same
 * everywhere. */
#ifndef ZT_TINY_NORM_H
#define ZT_TINY_NORM_H

#include <math.h>
#include <stddef.h>

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

/* Below this a sum of squares may have lost terms that matter; DBL_MIN / DBL_EPSILON^2, with room for many
 * terms. */
static const double zt_tiny_square_ = 0x1p-900;

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

#endif
