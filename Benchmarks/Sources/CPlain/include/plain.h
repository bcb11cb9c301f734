/*
 * What the masked products must not be slower than: a plain loop over the bits, and the elementwise work beside a dense
 * product whose mask is there as numbers. Compiled with -O3 -march=native; sums may be reassociated, so that they are
 * vectorised.
 *
 *   x (n, d), u (p, d), r (n), f (n), g (p, d), mask and fit (n, p), all dense
 */
#ifndef ZONOTOPE_PLAIN_H
#define ZONOTOPE_PLAIN_H

#include <stddef.h>
#include <stdint.h>

#define PLAIN_PRODUCTS(real, suffix)                                                                         \
    /* f_k = sum of x_k . u_i over the set bits i of line k. */                                              \
    void plain_forward_##suffix(size_t n, size_t d, size_t p, const real *x, const real *u,                  \
                                const uint64_t *bits, size_t words, real *f);                                \
    /* g_i = sum of r_k x_k over the set bits k of line i. */                                                \
    void plain_adjoint_##suffix(size_t n, size_t d, size_t p, const real *x, const real *r,                  \
                                const uint64_t *bits, size_t words, real *g);                                \
    /* f_k = sum_i mask_ki fit_ki. */                                                                        \
    void plain_select_##suffix(size_t n, size_t p, const real *mask, const real *fit, real *f);              \
    /* weights_ki = r_k mask_ki. */                                                                          \
    void plain_scale_##suffix(size_t n, size_t p, const real *mask, const real *r, real *weights);
PLAIN_PRODUCTS(double, f64)
PLAIN_PRODUCTS(float, f32)

#endif
