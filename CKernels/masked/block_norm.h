/* Norms of one block of c rows of d numbers, in double whatever the numbers are, in a fixed order. */
#ifndef ZT_BLOCK_NORM_H
#define ZT_BLOCK_NORM_H

#include "precision.h"

#include <math.h>

/* Eight sums side by side, which compilers keep in vectors. */
static inline double dot_in_double_(size_t count, const zt_real_ *a, const zt_real_ *b) {
    double sums[8] = {0};
    size_t j = 0;
    for (; j + 8 <= count; j += 8)
        for (size_t lane = 0; lane < 8; lane++) sums[lane] += (double)a[j + lane] * (double)b[j + lane];
    for (; j < count; j++) sums[j % 8] += (double)a[j] * (double)b[j];
    for (size_t half = 4; half > 0; half /= 2)
        for (size_t lane = 0; lane < half; lane++) sums[lane] += sums[lane + half];
    return sums[0];
}

/* The larger Gram matrix would have the same eigenvalues and zeros. */
static inline size_t gram_order_(size_t c, size_t d) {
    return c < d ? c : d;
}

static inline void form_gram_(size_t c, size_t d, const zt_real_ *block, double *gram) {
    size_t order = gram_order_(c, d);
    for (size_t a = 0; a < order; a++) {
        for (size_t b = 0; b <= a; b++) {
            double sum = 0;
            if (c <= d)
                sum = dot_in_double_(d, block + a * d, block + b * d);
            else
                for (size_t o = 0; o < c; o++) sum += (double)block[o * d + a] * (double)block[o * d + b];
            gram[a * order + b] = gram[b * order + a] = sum;
        }
    }
}

/* One rotation that clears entry (p, q) of a symmetric matrix. */
static inline void rotate_(size_t order, size_t p, size_t q, double *a) {
    double angle = (a[q * order + q] - a[p * order + p]) / (2 * a[p * order + q]);
    double t = (angle >= 0 ? 1 : -1) / (fabs(angle) + sqrt(angle * angle + 1));
    double cosine = 1 / sqrt(t * t + 1), sine = t * cosine;
    for (size_t k = 0; k < order; k++) {
        double x = a[k * order + p], y = a[k * order + q];
        a[k * order + p] = cosine * x - sine * y;
        a[k * order + q] = sine * x + cosine * y;
    }
    for (size_t k = 0; k < order; k++) {
        double x = a[p * order + k], y = a[q * order + k];
        a[p * order + k] = cosine * x - sine * y;
        a[q * order + k] = sine * x + cosine * y;
    }
}

/* The largest singular value, by cyclic Jacobi rotations of the smaller Gram matrix until what is left beside the
 * diagonal cannot change it. The largest eigenvalue is the one that squaring does not harm. */
static inline double spectral_norm_(size_t c, size_t d, const zt_real_ *block, double *gram) {
    size_t order = gram_order_(c, d);
    form_gram_(c, d, block, gram);
    double trace = 0;
    for (size_t a = 0; a < order; a++) trace += gram[a * order + a];
    if (!isfinite(trace) || trace == 0) return sqrt(trace);
    for (int sweep = 0; sweep < 40; sweep++) {
        double rest = 0;
        for (size_t q = 1; q < order; q++) {
            for (size_t p = 0; p < q; p++) {
                if (fabs(gram[p * order + q]) <= 1e-17 * trace) continue;
                rest += fabs(gram[p * order + q]);
                rotate_(order, p, q, gram);
            }
        }
        if (rest == 0) break;
    }
    double largest = 0;
    for (size_t a = 0; a < order; a++)
        largest = gram[a * order + a] > largest ? gram[a * order + a] : largest;
    return sqrt(largest);
}

/* Norms an output has under `kind`. */
static inline size_t norms_of_(zt_block_norm kind, size_t c) {
    return kind == ZT_NORM_OUTPUTS ? c : 1;
}

static inline void block_norms_(zt_block_norm kind, size_t c, size_t d, const zt_real_ *block, double *gram,
                                double *norms) {
    switch (kind) {
    case ZT_NORM_OUTPUTS:
        for (size_t o = 0; o < c; o++) norms[o] = sqrt(dot_in_double_(d, block + o * d, block + o * d));
        break;
    case ZT_NORM_SPECTRAL:
        norms[0] = spectral_norm_(c, d, block, gram);
        break;
    default:
        norms[0] = sqrt(dot_in_double_(c * d, block, block));
    }
}

/* The larger of two; a NaN is larger than anything. */
static inline int is_larger_(double a, double b) {
    return a > b || (a != a && b == b);
}

#endif
