/* Masked products along a walk: patterns in an order in which neighbours differ in few samples. See zonotope.h. */
#ifndef ZONOTOPE_WALKS_H
#define ZONOTOPE_WALKS_H

#include "masked.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Pattern 0 and what changes on the way: pattern i + 1 is pattern i with the samples
 * flips[starts[i]], ..., flips[starts[i + 1] - 1] flipped (a sample may occur twice). The cells of an exact
 * arrangement of rank 2, in their order around the circle, differ by single flips.
 *   base    one line of n bits
 *   starts  p entries, from starts[0] = 0 to starts[p - 1] = the number of flips
 *   flips   indices below n
 * The maps below describe shape, x and slopes; their bits are not read.
 */
typedef struct zt_walk {
    const uint64_t *base;
    const size_t *starts;
    const size_t *flips;
} zt_walk;

/*
 * The products of zonotope/masked.h in O((n + p + flips) c d) instead of O(n c d p), ranges as there. A range also
 * walks from its last fresh start before it; forward, every range walks the whole way.
 *
 * Sums are kept in double, changed by what a flip changes, and taken afresh after every n flips and wherever they
 * are not finite. So the error of a number of g is at most (3 n + m) 2^-53 sum_k |w r_k x_k| over all samples k, where m
 * is the largest number of flips of one step and w the larger slope; that of f_k is at most
 * (2 p + 3 n + m + d) 2^-53 sum_i |w x_k| . |u_i| over all patterns i; single precision adds its last rounding.
 * These are sums over everything, where the products of zonotope/masked.h have only what is selected: what a cancelled
 * large number leaves behind is that of its own rounding.
 * NaN as there; an infinity may become NaN.
 * The workspace is in double for both precisions.
 */
void zt_walk_forward_f64(const zt_masked_f64 *map, const zt_walk *walk, size_t first, size_t last,
                         const double *u, size_t u_stride, double *f, size_t f_stride, double *workspace);
void zt_walk_adjoint_f64(const zt_masked_f64 *map, const zt_walk *walk, size_t first, size_t last,
                         const double *r, size_t r_stride, double *g, size_t g_stride, double *workspace);

/* The largest norm of A_i' r over the patterns [first, last), as zt_masked_largest_f64, without storing any. */
size_t zt_walk_largest_f64(const zt_masked_f64 *map, const zt_walk *walk, zt_block_norm kind, size_t first,
                           size_t last, const double *r, size_t r_stride, double *largest, double *workspace);
size_t zt_walk_f64_workspace(const zt_masked_f64 *map);

/* The same for float. */
void zt_walk_forward_f32(const zt_masked_f32 *map, const zt_walk *walk, size_t first, size_t last,
                         const float *u, size_t u_stride, float *f, size_t f_stride, double *workspace);
void zt_walk_adjoint_f32(const zt_masked_f32 *map, const zt_walk *walk, size_t first, size_t last,
                         const float *r, size_t r_stride, float *g, size_t g_stride, double *workspace);
size_t zt_walk_largest_f32(const zt_masked_f32 *map, const zt_walk *walk, zt_block_norm kind, size_t first,
                           size_t last, const float *r, size_t r_stride, double *largest, double *workspace);
size_t zt_walk_f32_workspace(const zt_masked_f32 *map);

#ifdef __cplusplus
}
#endif

#endif
