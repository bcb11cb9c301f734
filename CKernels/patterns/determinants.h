/*
 * Exact signs of determinants of order up to 4 and of short dot products.
 *
 * Each is first evaluated in floating point together with its permanent of absolute values, which bounds the
 * rounding error: a value that goes through k roundings per term is off by at most gamma_k = k u / (1 - k u)
 * times the exact permanent (Higham, "Accuracy and Stability of Numerical Algorithms", section 3.1), u =
 * 2^-53, and the computed permanent is at least (1 - u)^k of the exact one. The constants below leave room
 * for both and for the rounding of the bound. Where the value is not larger than the bound, expansions
 * decide.
 *
 * Promise of the caller: entries are zero or between 2^-200 and 1 in magnitude. They are then multiples of
 * 2^-252, products of four are multiples of 2^-1008, above the smallest double: expansions lose nothing to
 * underflow. Nor do the filters: a rounded minor of order 2 that is not zero is at least 2^-452, one of order
 * 3 at least 2^-704, and its product with an entry at least 2^-904.
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

/* The determinant of columns p, q, s of the rows a, b, c; 24 terms at most. */
static inline size_t zt_minor3_exact_(const double *a, const double *b, const double *c, size_t p, size_t q,
                                      size_t s, double *e) {
    double minor[4], scaled[8];
    size_t length = 0, terms = zt_minor2_exact_(a[q], b[s], a[s], b[q], minor);
    length = zt_expansion_add_(length, e, zt_expansion_scale_(terms, minor, c[p], scaled), scaled);
    terms = zt_minor2_exact_(a[s], b[p], a[p], b[s], minor);
    length = zt_expansion_add_(length, e, zt_expansion_scale_(terms, minor, c[q], scaled), scaled);
    terms = zt_minor2_exact_(a[p], b[q], a[q], b[p], minor);
    return zt_expansion_add_(length, e, zt_expansion_scale_(terms, minor, c[s], scaled), scaled);
}

/* ------------------------------------------------------------------------------------ filtered signs */

/* The sign of a0 b1 - a1 b0. Two roundings. */
static inline int zt_det2_sign_(double a0, double a1, double b0, double b1) {
    double left = a0 * b1, right = a1 * b0, value = left - right;
    if (fabs(value) > 4 * ZT_UNIT_ROUNDOFF_ * (fabs(left) + fabs(right))) return zt_sign_(value);
    double e[4];
    return zt_expansion_sign_(zt_minor2_exact_(a0, b1, a1, b0, e), e);
}

/* The determinant of columns p, q, s of a, b, c in floating point, and its permanent: five roundings. */
static inline double zt_minor3_(const double *a, const double *b, const double *c, size_t p, size_t q,
                                size_t s, double *permanent) {
    double qs = a[q] * b[s], sq = a[s] * b[q], sp = a[s] * b[p], ps = a[p] * b[s], pq = a[p] * b[q],
           qp = a[q] * b[p];
    *permanent = (fabs(qs) + fabs(sq)) * fabs(c[p]) + (fabs(sp) + fabs(ps)) * fabs(c[q]) +
                 (fabs(pq) + fabs(qp)) * fabs(c[s]);
    return (qs - sq) * c[p] + (sp - ps) * c[q] + (pq - qp) * c[s];
}

/* The sign of the determinant with rows a, b, c of three entries. */
static inline int zt_det3_sign_(const double *a, const double *b, const double *c) {
    double permanent, value = zt_minor3_(a, b, c, 0, 1, 2, &permanent);
    if (fabs(value) > 8 * ZT_UNIT_ROUNDOFF_ * permanent) return zt_sign_(value);
    double e[24];
    return zt_expansion_sign_(zt_minor3_exact_(a, b, c, 0, 1, 2, e), e);
}

/* The sign of the determinant with rows a, b, c, d of four entries. Nine roundings. */
static inline int zt_det4_sign_(const double *a, const double *b, const double *c, const double *d) {
    static const unsigned char others[4][3] = {{1, 2, 3}, {0, 2, 3}, {0, 1, 3}, {0, 1, 2}};
    double value = 0, bound = 0;
    for (size_t j = 0; j < 4; j++) {
        double permanent, minor = zt_minor3_(a, b, c, others[j][0], others[j][1], others[j][2], &permanent);
        value += (j % 2 ? minor : -minor) * d[j];
        bound += permanent * fabs(d[j]);
    }
    if (fabs(value) > 12 * ZT_UNIT_ROUNDOFF_ * bound) return zt_sign_(value);

    double minor[24], scaled[48], e[192];
    size_t length = 0;
    for (size_t j = 0; j < 4; j++) {
        size_t terms = zt_minor3_exact_(a, b, c, others[j][0], others[j][1], others[j][2], minor);
        terms = zt_expansion_scale_(terms, minor, j % 2 ? d[j] : -d[j], scaled);
        length = zt_expansion_add_(length, e, terms, scaled);
    }
    return zt_expansion_sign_(length, e);
}

/* The sign of a . b for at most three entries. Three roundings. */
static inline int zt_dot_sign_(size_t r, const double *a, const double *b) {
    double value = 0, bound = 0;
    for (size_t j = 0; j < r; j++) {
        value += a[j] * b[j];
        bound += fabs(a[j] * b[j]);
    }
    if (fabs(value) > 6 * ZT_UNIT_ROUNDOFF_ * bound) return zt_sign_(value);
    double e[6];
    size_t length = 0;
    for (size_t j = 0; j < r; j++) {
        double error, product = zt_two_product_(a[j], b[j], &error);
        length = zt_expansion_grow_(length, e, error);
        length = zt_expansion_grow_(length, e, product);
    }
    return zt_expansion_sign_(length, e);
}

#endif
