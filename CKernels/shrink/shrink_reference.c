/* Norms of blocks and the group soft-threshold, entry by entry. */
#include "reference.h"

#include "kernel_table.h"
#include "tiny_norm.h"

static double norm_(size_t d, const double *v) {
    double sum = 0;
    ZT_SCALAR_LOOP_
    for (size_t c = 0; c < d; c++) sum += v[c] * v[c];
    return sum < zt_tiny_square_ ? zt_tiny_norm_(d, v) : sqrt(sum);
}

void zt_block_norms_f64_reference_(size_t p, size_t d, const double *g, size_t g_stride, double *norms) {
    for (size_t i = 0; i < p; i++) norms[i] = norm_(d, g + i * g_stride);
}

size_t zt_group_shrink_f64_reference_(size_t p, size_t d, const double *t, size_t t_stride, double theta,
                                      double *v, size_t v_stride, double *norms, size_t *support) {
    size_t survivors = 0;
    for (size_t i = 0; i < p; i++) {
        const double *from = t + i * t_stride;
        double *to = v + i * v_stride;
        double norm = norm_(d, from);
        int dies = norm <= theta; /* A NaN norm does not. */
        double factor = dies ? 0 : 1 - theta / norm;
        ZT_SCALAR_LOOP_
        for (size_t c = 0; c < d; c++) to[c] = dies ? 0 : factor * from[c];
        if (norms != NULL) norms[i] = dies ? 0 : norm - theta;
        if (!dies && support != NULL) support[survivors] = i;
        survivors += !dies;
    }
    return survivors;
}
