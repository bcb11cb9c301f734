/* What all kernels share, and the products with masks. See zonotope.h. */
#ifndef ZONOTOPE_KERNELS_H
#define ZONOTOPE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Words of a line of bits. */
static inline size_t zt_words(size_t bits) {
    return bits / 64 + (bits % 64 != 0);
}

/* The name of the kernel table in use ("reference", "avx2", "avx512", "neon"), or NULL when ZT_ISA names one that this processor
 * or this build does not have; the reference table then serves. */
const char *zt_kernel_tier(void);

/* ------------------------------------------------------------------------------------ masked products */

/*
 * f = sum_i D_i X u_i, D_i = diag(pattern i):   f_k = sum over the patterns i with bit (k, i) of x_k . u_i.
 *   x (n, d), sample_bits n lines of p bits, u (p, d), f (n). f is overwritten.
 * To share the work between threads cut it over samples: row ranges of x, sample_bits and f. Each f_k is
 * computed the same way whatever the range.
 * NaN: an entry of u_i reaches exactly the samples whose bit i is set. Cost: 2 n d p flops as a dense product.
 */
void zt_masked_forward_f64(size_t n, size_t d, size_t p, const double *x, size_t x_stride,
                           const uint64_t *sample_bits, size_t bit_stride, const double *u, size_t u_stride,
                           double *f, double *workspace);
size_t zt_masked_forward_f64_workspace(size_t n, size_t d, size_t p);

/*
 * g_i = X' D_i r:   g_i = sum over the samples k with bit (i, k) of r_k x_k.
 *   x (n, d), pattern_bits p lines of n bits, r (n), g (p, d). g is overwritten.
 * To share the work cut it over patterns: ranges of pattern_bits and g.
 * NaN: row k of x or r_k reaches exactly the patterns whose bit k is set. Cost: 2 n d p flops as a dense product.
 */
void zt_masked_adjoint_f64(size_t n, size_t d, size_t p, const double *x, size_t x_stride,
                           const uint64_t *pattern_bits, size_t bit_stride, const double *r, double *g,
                           size_t g_stride, double *workspace);
size_t zt_masked_adjoint_f64_workspace(size_t n, size_t d, size_t p);

#ifdef __cplusplus
}
#endif

#endif
