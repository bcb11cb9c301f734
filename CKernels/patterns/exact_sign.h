/* When a floating-point product decides its own sign, and what decides when it does not. */
#ifndef ZT_EXACT_SIGN_H
#define ZT_EXACT_SIGN_H

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The product of a row and a gate, summed in any order, with or without fused operations, errs by at most
 *     d u / (1 - d u) ||x||_1 max|g|  +  d 2^-1075,   u = 2^-53,
 * and the computed norm falls short by no more than the same factor. Twice that, with a few roundings to
 * spare: zt_sign_factor_(d) * (4 ||x||_1) * max|g|  +  zt_sign_floor_(d). The 4 makes the bound infinite
 * before any partial sum can overflow. A bound that is infinite or NaN decides nothing, so rows and gates
 * that are not finite need no test of their own. Sums of magnitudes rather than Euclidean norms: these
 * neither overflow nor vanish early.
 */
static inline double zt_sign_factor_(size_t d) {
    return ((double)d + 8) * (DBL_EPSILON / 4);
}
static inline double zt_sign_floor_(size_t d) {
    return ((double)d + 8) * DBL_MIN;
}

/*
 * The same for floats, u = 2^-24, where d u need not be tiny: d u / (1 - d u)^2 <= 1.14 d u while d u <= 1/16, and
 * beyond that the bound decides nothing. The undecided are many more than in double, so the factor is no larger
 * than it must be; the sum in double decides nearly all of them.
 */
static inline float zt_sign_factor_f32_(size_t d) {
    const float unit = FLT_EPSILON / 2;
    return d < ((size_t)1 << 20) ? ((float)d + 8) * (1.25F * unit / 4) : INFINITY;
}
static inline float zt_sign_floor_f32_(size_t d) {
    return ((float)d + 8) * FLT_MIN;
}

#pragma GCC visibility push(hidden)

/* 1 where x . g >= 0 in exact arithmetic, else 0; 0 when the product is NaN. For all doubles, subnormal or
 * not. */
int zt_exact_bit_(size_t d, const double *x, const double *g);
int zt_exact_bit_f32_(size_t d, const float *x, const float *g);

#pragma GCC visibility pop

#endif
