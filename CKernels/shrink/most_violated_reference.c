#include "kernel_table.h"
#include "reference.h"

size_t zt_most_violated_f64_reference_(size_t n, size_t d, const double *columns, size_t column_stride,
                                       const uint64_t *pattern, const double *v, double *value) {
    size_t worst = n;
    double least = 0;
    for (size_t k = 0; k < n; k++) {
        double product = 0;
        ZT_SCALAR_LOOP_
        for (size_t j = 0; j < d; j++) product += v[j] * columns[j * column_stride + k];
        if (!(pattern[k / 64] >> (k % 64) & 1)) product = -product;
        if (product < least) {
            least = product;
            worst = k;
        }
    }
    *value = least;
    return worst;
}
