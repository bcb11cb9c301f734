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

/* ------------------------------------------------------------------------------ norms of adjoint products */

/* What is measured of a block A_i' r, which holds c rows of d numbers. */
typedef enum zt_block_norm {
    ZT_NORM_BLOCK = 0,    /* The Euclidean norm of all its numbers. */
    ZT_NORM_OUTPUTS = 1,  /* That of every row: c norms a block. */
    ZT_NORM_SPECTRAL = 2, /* The largest singular value. */
} zt_block_norm;

/*
 * The norms of A_i' r for the patterns [first, last), without the (p, c d) numbers of A' r: blocks are formed by chunks
 * that stay in the cache. norms (p), with ZT_NORM_OUTPUTS (p, c) dense; the entries of the range are overwritten.
 *
 * Norms are taken in double, also of blocks in float: their own relative error is below (c d + 8) 2^-53, that of a
 * singular value (from the smaller of the two Gram matrices by Jacobi rotations; of the largest one squaring costs
 * nothing) below (c + d + 20) 2^-52. Beyond 1e154 squares overflow: the norm is infinite, never too small. A NaN
 * in a block makes its norms NaN.
 *
 * Cost: the adjoint product, c d per pattern, and with ZT_NORM_SPECTRAL about 40 min(c, d)^3.
 */
void zt_masked_norms_f64(const zt_masked_f64 *map, zt_block_norm kind, size_t first, size_t last,
                         const double *r, size_t r_stride, double *norms, double *workspace);
size_t zt_masked_norms_f64_workspace(const zt_masked_f64 *map);

/*
 * The largest of these norms and its index: of the pattern, i, or with ZT_NORM_OUTPUTS i c + o. The first of equal ones;
 * a NaN counts as larger than any number. Of an empty range the norm is 0 and the index that behind its end. The
 * workspace is that of the norms.
 */
size_t zt_masked_largest_f64(const zt_masked_f64 *map, zt_block_norm kind, size_t first, size_t last,
                             const double *r, size_t r_stride, double *largest, double *workspace);

/* The same for float: blocks in float, norms in double. */
void zt_masked_norms_f32(const zt_masked_f32 *map, zt_block_norm kind, size_t first, size_t last,
                         const float *r, size_t r_stride, double *norms, float *workspace);
size_t zt_masked_norms_f32_workspace(const zt_masked_f32 *map);

size_t zt_masked_largest_f32(const zt_masked_f32 *map, zt_block_norm kind, size_t first, size_t last,
                             const float *r, size_t r_stride, double *largest, float *workspace);

#ifdef __cplusplus
}
#endif

#endif
