/*
 * Exact arithmetic on doubles by floating-point expansions.
 *
 * An expansion is a sum of doubles that do not overlap, smallest magnitude first, which represents a real number
 * without rounding; its sign is that of its last non-zero term. The operations are the error-free
 * transformations of Dekker and Knuth and the growth of Shewchuk, "Adaptive precision floating-point
 * arithmetic and fast robust geometric predicates", Discrete & Computational Geometry 18 (1997), sections 2.3
 * and 2.4. They are exact as long as no product underflows and no sum overflows.
 *
 * The compiler must not reassociate or contract: this header is for files built without fast-math.
 */
#ifndef ZT_EXPANSION_H
#define ZT_EXPANSION_H

#include <math.h>
#include <stddef.h>

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

/* sum + error = a + b exactly. */
static inline double zt_two_sum_(double a, double b, double *error) {
    double sum = a + b, shadow = sum - a;
    *error = (a - (sum - shadow)) + (b - shadow);
    return sum;
}

/* product + error = a b exactly. */
static inline double zt_two_product_(double a, double b, double *error) {
    double product = a * b;
    *error = fma(a, b, -product);
    return product;
}

/* Adds b to the expansion e of `length` terms, in place; zero terms are dropped. Returns the new length. */
static inline size_t zt_expansion_grow_(size_t length, double *e, double b) {
    double carry = b;
    size_t kept = 0;
    for (size_t i = 0; i < length; i++) {
        double error;
        carry = zt_two_sum_(carry, e[i], &error);
        if (error != 0) e[kept++] = error;
    }
    if (carry != 0) e[kept++] = carry;
    return kept;
}

/* -1, 0 or 1. */
static inline int zt_expansion_sign_(size_t length, const double *e) {
    return length == 0 ? 0 : (e[length - 1] > 0) - (e[length - 1] < 0);
}

#endif
