/* One product a bit, each with its own error bound. */
#include "reference.h"

#include "kernel_table.h"
#include "patterns/exact_sign.h"
#include "patterns/hash.h"

#include <math.h>

static double largest_(size_t d, const double *v) {
    double largest = 0;
    for (size_t c = 0; c < d; c++) largest = fabs(v[c]) > largest ? fabs(v[c]) : largest;
    return largest;
}

static int bit_(size_t d, const double *x, const double *gate, double gate_scale) {
    double product = 0, norm = 0;
    ZT_SCALAR_LOOP_
    for (size_t c = 0; c < d; c++) {
        product += x[c] * gate[c];
        norm += fabs(x[c]);
    }
    double bound = zt_sign_factor_(d) * (4 * norm * gate_scale) + zt_sign_floor_(d);
    if (product > bound) return 1;
    if (product < -bound) return 0;
    return zt_exact_bit_(d, x, gate);
}

static void hash_lines_(size_t p, size_t n, const uint64_t *bits, size_t bit_stride, uint64_t *hashes) {
    if (hashes != NULL) zt_hash_lines_reference_(p, n, bits, bit_stride, hashes);
}

void zt_pack_signs_f64_reference_(size_t n, size_t d, size_t p, const double *x, size_t x_stride,
                                  const double *gates, size_t gate_stride, uint64_t *bits, size_t bit_stride,
                                  uint64_t *hashes, double *workspace) {
    (void)workspace;
    for (size_t i = 0; i < p; i++) {
        const double *gate = gates + i * gate_stride;
        uint64_t *line = bits + i * bit_stride;
        double scale = largest_(d, gate);
        for (size_t j = 0; j < n / 64 + (n % 64 != 0); j++) line[j] = 0;
        for (size_t k = 0; k < n; k++)
            line[k / 64] |= (uint64_t)bit_(d, x + k * x_stride, gate, scale) << (k % 64);
    }
    hash_lines_(p, n, bits, bit_stride, hashes);
}

/* Without a bound in floats: the sum of the products in double decides, or the exact one. */
void zt_pack_signs_f32_reference_(size_t n, size_t d, size_t p, const float *x, size_t x_stride,
                                  const float *gates, size_t gate_stride, uint64_t *bits, size_t bit_stride,
                                  uint64_t *hashes, float *workspace) {
    (void)workspace;
    for (size_t i = 0; i < p; i++) {
        uint64_t *line = bits + i * bit_stride;
        for (size_t j = 0; j < n / 64 + (n % 64 != 0); j++) line[j] = 0;
        for (size_t k = 0; k < n; k++)
            line[k / 64] |= (uint64_t)zt_exact_bit_f32_(d, x + k * x_stride, gates + i * gate_stride)
                            << (k % 64);
    }
    hash_lines_(p, n, bits, bit_stride, hashes);
}
