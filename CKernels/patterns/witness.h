/* Directions in the interior of cells, and the exact check that they are. */
#ifndef ZT_WITNESS_H
#define ZT_WITNESS_H

#include "determinants.h"
#include "restriction.h"

#include <stdint.h>

#pragma GCC visibility push(hidden)

/* Scales w to a largest entry in [1/2, 1) and drops entries too small for exact products. */
static inline void zt_normalise_(size_t r, double *w) {
    double largest = 0;
    for (size_t j = 0; j < r; j++) largest = fmax(largest, fabs(w[j]));
    if (!(largest > 0 && largest <= 0x1p1000)) return;
    int exponent;
    (void)frexp(largest, &exponent);
    for (size_t j = 0; j < r; j++) {
        w[j] = ldexp(w[j], -exponent);
        if (fabs(w[j]) < 0x1p-200) w[j] = 0;
    }
}

/* Replaces w by NaN unless its exact product with every normal has the sign of the bit of the class. */
static inline void zt_validate_(size_t classes, size_t r, const double *normals, const uint64_t *bits,
                                double *w) {
    int valid = 1;
    for (size_t j = 0; j < r; j++) valid = valid && fabs(w[j]) < 1;
    for (size_t c = 0; c < classes && valid; c++) {
        int wanted = bits[c / 64] >> (c % 64) & 1 ? 1 : -1;
        valid = zt_dot_sign_(r, normals + c * r, w) == wanted;
    }
    for (size_t j = 0; j < r && !valid; j++) w[j] = NAN;
}

/* Rank 2: between the edge where `low` turns positive and the edge where `high` does, the edges being the
 * normals turned by a quarter, clockwise. */
static inline void zt_sector_witness_(const double *low, const double *high, double high_sign, double *w) {
    double a = hypot(low[0], low[1]), b = high_sign * hypot(high[0], high[1]);
    w[0] = low[1] / a + high[1] / b;
    w[1] = -low[0] / a - high[0] / b;
    zt_normalise_(2, w);
}

/* Rank 3: beside the middle of the arc on which the first `positive` groups of the restriction are positive,
 * on the side given by the sign. */
void zt_arc_witness_(const zt_restriction_ *restriction, size_t positive, int side, double *w);

#pragma GCC visibility pop

#endif
