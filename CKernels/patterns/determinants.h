/*
 * Exact signs of determinants of order 2.
 *
 * First in floating point, together with the sum of absolute values that bounds the rounding error: the value goes
 * through two roundings per term and is off by at most gamma_2 = 2 u / (1 - 2 u) times the exact sum (Higham, "Accuracy
 * and Stability of Numerical Algorithms", section 3.1), u = 2^-53. The constant below leaves room for that and for the
 * rounding of the bound. Where the value is not larger than the bound, expansions decide.
 *
 * Promise of the caller: entries are zero or between 2^-200 and 1 in magnitude. Products are then multiples of 2^-504,
 * above the smallest double: neither expansions nor filters lose anything to underflow.
 */
#ifndef ZT_DETERMINANTS_H
#define ZT_DETERMINANTS_H

#include "expansion.h"

#define ZT_UNIT_ROUNDOFF_ 0x1p-53

static inline int zt_sign_(double value) {
    return (value > 0) - (value < 0);
}

/* ---------------------------------------------------------------------- expansions, without rounding */

/* a b - c d; 4 terms at most. */
static inline size_t zt_minor2_exact_(double a, double b, double c, double d, double *e) {
    double error, product = zt_two_product_(a, b, &error);
    size_t length = zt_expansion_grow_(0, e, error);
    length = zt_expansion_grow_(length, e, product);
    product = zt_two_product_(-c, d, &error);
    length = zt_expansion_grow_(length, e, error);
    return zt_expansion_grow_(length, e, product);
}

/* ------------------------------------------------------------------------------------ filtered signs */

/* The sign of a0 b1 - a1 b0. Two roundings. */
static inline int zt_det2_sign_(double a0, double a1, double b0, double b1) {
    double left = a0 * b1, right = a1 * b0, value = left - right;
    if (fabs(value) > 4 * ZT_UNIT_ROUNDOFF_ * (fabs(left) + fabs(right))) return zt_sign_(value);
    double e[4];
    return zt_expansion_sign_(zt_minor2_exact_(a0, b1, a1, b0, e), e);
}

#endif
