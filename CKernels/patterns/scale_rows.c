/* Rows brought into a range where no product under- or overflows. */
#include "zonotope/arrangements.h"

#include <math.h>

size_t zt_scale_rows_f64(size_t n, size_t d, const double *x, size_t x_stride, double *scaled,
                         size_t scaled_stride) {
    for (size_t k = 0; k < n; k++) {
        const double *row = x + k * x_stride;
        double *target = scaled + k * scaled_stride, largest = 0;
        for (size_t j = 0; j < d; j++) largest = fmax(largest, fabs(row[j]));
        int exponent = 0;
        (void)frexp(largest, &exponent);
        /* Rows of subnormal numbers need more than the largest power of two that is a double. */
        int first = -exponent > 1000 ? 1000 : -exponent;
        double factor = ldexp(1, first), rest = ldexp(1, -exponent - first);
        for (size_t j = 0; j < d; j++) {
            double value = row[j] * factor * rest;
            if (row[j] != 0 && fabs(value) < 0x1p-200) return k;
            target[j] = value;
        }
    }
    return n;
}
