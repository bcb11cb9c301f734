/* Masked products: bits times dense. See zonotope.h. */
#ifndef ZONOTOPE_MASKED_H
#define ZONOTOPE_MASKED_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The linear map A = [A_1 ... A_p],   A_i = (off I + (on - off) D_i) X,   D_i = diag(pattern i),
 * for each of c outputs. ReLU gates are on = 1, off = 0; leaky ones on = 1, off = 0.1; |t| is on = 1, off = -1.
 *
 *   x (n, d)        sample_bits n lines of p bits: forward products read these
 *                   pattern_bits p lines of n bits: adjoint products and norms read these
 *   sample space    (n, c): sample k, output o at k stride + o
 *   block space     (p, c d): block i, output o, feature j at i stride + o d + j
 *
 * Pointers that a function does not read may be NULL. The slopes are finite.
 */
typedef struct zt_masked_f64 {
    size_t samples, features, patterns, outputs; /* n, d, p, c */
    const double *x;
    size_t x_stride;
    const uint64_t *sample_bits;
    size_t sample_bit_stride;
    const uint64_t *pattern_bits;
    size_t pattern_bit_stride;
    double on, off;
} zt_masked_f64;

typedef struct zt_masked_f32 {
    size_t samples, features, patterns, outputs;
    const float *x;
    size_t x_stride;
    const uint64_t *sample_bits;
    size_t sample_bit_stride;
    const uint64_t *pattern_bits;
    size_t pattern_bit_stride;
    float on, off;
} zt_masked_f32;

/*
 * f = A u for the samples [first, last):   f_ko = sum_i (on or off, by bit (k, i)) x_k . u_io.
 *   u (p, c d), f (n, c) of which the rows [first, last) are overwritten.
 * Each f_k is computed the same way whatever the range, so threads may share the samples.
 * NaN: with off = 0 an entry of u_i reaches exactly the samples whose bit i is set; otherwise all.
 * Cost: 2 n c d p flops as a dense product.
 */
void zt_masked_forward_f64(const zt_masked_f64 *map, size_t first, size_t last, const double *u,
                           size_t u_stride, double *f, size_t f_stride, double *workspace);
size_t zt_masked_forward_f64_workspace(const zt_masked_f64 *map);

/*
 * g = A' r for the patterns [first, last):   g_io = sum_k (on or off, by bit (i, k)) r_ko x_k.
 *   r (n, c), g (p, c d) of which the rows [first, last) are overwritten.
 * Each g_i is computed the same way whatever the range.
 * NaN: with off = 0 row k of x or r_k reaches exactly the patterns whose bit k is set; otherwise all.
 */
void zt_masked_adjoint_f64(const zt_masked_f64 *map, size_t first, size_t last, const double *r,
                           size_t r_stride, double *g, size_t g_stride, double *workspace);
size_t zt_masked_adjoint_f64_workspace(const zt_masked_f64 *map);

/* The same in single precision. Sums are rounded to float at every addition: norms that a decision depends on should
 * be taken in double. */
void zt_masked_forward_f32(const zt_masked_f32 *map, size_t first, size_t last, const float *u,
                           size_t u_stride, float *f, size_t f_stride, float *workspace);
size_t zt_masked_forward_f32_workspace(const zt_masked_f32 *map);
void zt_masked_adjoint_f32(const zt_masked_f32 *map, size_t first, size_t last, const float *r,
                           size_t r_stride, float *g, size_t g_stride, float *workspace);
size_t zt_masked_adjoint_f32_workspace(const zt_masked_f32 *map);

#ifdef __cplusplus
}
#endif

#endif
