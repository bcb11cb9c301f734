/* Masked products, one sample or pattern at a time. */
#include "reference.h"

#include "kernel_table.h"

static int bit_(const uint64_t *line, size_t j) {
    return (int)(line[j / 64] >> (j % 64) & 1);
}

/* w = sum of the selected u_i first, then x_k . w: d multiplications a sample instead of d for every bit. A
 * sample that no pattern selects is 0 even where x_k is not finite, for it depends on nothing. */
void zt_masked_forward_f64_reference_(size_t n, size_t d, size_t p, const double *x, size_t x_stride,
                                      const uint64_t *sample_bits, size_t bit_stride, const double *u,
                                      size_t u_stride, double *f, double *workspace) {
    (void)workspace;
    for (size_t k = 0; k < n; k++) {
        const uint64_t *line = sample_bits + k * bit_stride;
        int selected = 0;
        for (size_t i = 0; i < p; i++) selected |= bit_(line, i);
        f[k] = 0;
        if (!selected) continue;
        ZT_SCALAR_LOOP_
        for (size_t c = 0; c < d; c++) {
            double w = 0;
            ZT_SCALAR_LOOP_
            for (size_t i = 0; i < p; i++)
                if (bit_(line, i)) w += u[i * u_stride + c];
            f[k] += x[k * x_stride + c] * w;
        }
    }
}

void zt_masked_adjoint_f64_reference_(size_t n, size_t d, size_t p, const double *x, size_t x_stride,
                                      const uint64_t *pattern_bits, size_t bit_stride, const double *r,
                                      double *g, size_t g_stride, double *workspace) {
    (void)workspace;
    for (size_t i = 0; i < p; i++) {
        const uint64_t *line = pattern_bits + i * bit_stride;
        double *sum = g + i * g_stride;
        for (size_t c = 0; c < d; c++) sum[c] = 0;
        for (size_t k = 0; k < n; k++) {
            if (!bit_(line, k)) continue;
            ZT_SCALAR_LOOP_
            for (size_t c = 0; c < d; c++) sum[c] += r[k] * x[k * x_stride + c];
        }
    }
}
