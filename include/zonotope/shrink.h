/* Norms of blocks, proximal steps and projections, one pass over memory each. See zonotope.h. */
#ifndef ZONOTOPE_SHRINK_H
#define ZONOTOPE_SHRINK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What the proximal steps have in common: t (p, d), v (p, d); v may be t itself with the same stride; thresholds are
 * >= 0 and may be infinite.
 *   norms    p elements, ||v_i||_2; may be NULL.
 *   support  room for as many indices as there are blocks (entries for zt_soft_threshold); the indices of those that
 *            survive, ascending; may be NULL. What lies beyond the last is not specified.
 * The number of survivors is returned. What lies on the threshold does not survive, so 0 stays 0 without a threshold and
 * 0 / 0 never appears. NaN is above every threshold: a block (an entry) with a NaN survives as NaN, and only it.
 */

/* norms[i] = ||g_i||_2, g (p, d). Subnormal entries count. In double, entries beyond 1e154 overflow to infinity; in
 * float only the norm itself can. */
void zt_block_norms_f64(size_t p, size_t d, const double *g, size_t g_stride, double *norms);
void zt_block_norms_f32(size_t p, size_t d, const float *g, size_t g_stride, float *norms);

/* Group soft-threshold, the prox of theta ||.||_2 per block: v_i = (1 - theta / ||t_i||) t_i where ||t_i|| > theta,
 * else 0. */
size_t zt_group_shrink_f64(size_t p, size_t d, const double *t, size_t t_stride, double theta, double *v,
                           size_t v_stride, double *norms, size_t *support);
size_t zt_group_shrink_f32(size_t p, size_t d, const float *t, size_t t_stride, float theta, float *v,
                           size_t v_stride, float *norms, size_t *support);

/* Sparse-group soft-threshold, the prox of theta1 ||.||_1 + theta2 ||.||_2 per block: first every entry towards 0 by theta1,
 * then the block by theta2 (Friedman, Hastie and Tibshirani 2010). */
size_t zt_sparse_group_shrink_f64(size_t p, size_t d, const double *t, size_t t_stride, double theta1,
                                  double theta2, double *v, size_t v_stride, double *norms, size_t *support);
size_t zt_sparse_group_shrink_f32(size_t p, size_t d, const float *t, size_t t_stride, float theta1,
                                  float theta2, float *v, size_t v_stride, float *norms, size_t *support);

/* Soft-threshold, the prox of theta ||.||_1: v_j = sign(t_j) max(|t_j| - theta, 0), t (n), v (n). */
size_t zt_soft_threshold_f64(size_t n, const double *t, double theta, double *v, size_t *support);
size_t zt_soft_threshold_f32(size_t n, const float *t, float theta, float *v, size_t *support);

/*
 * Each row projected on the simplex { v >= 0, sum v = radius }: v_i = max(t_i - tau, 0), tau such that the sum is
 * right (Michelot 1986: entries at most tau are dropped until none is; d rounds at most, usually few).
 *   radius >= 0 and finite.
 *   support  p elements, the number of positive entries of each row; may be NULL.
 * Returns their total. A row with NaN or +infinity, or of -infinity alone, becomes NaN and counts d; other -infinities
 * are merely far away. The largest entry is subtracted first, so large common offsets cost no accuracy.
 */
size_t zt_simplex_rows_f64(size_t p, size_t d, const double *t, size_t t_stride, double radius, double *v,
                           size_t v_stride, size_t *support);
size_t zt_simplex_rows_f32(size_t p, size_t d, const float *t, size_t t_stride, float radius, float *v,
                           size_t v_stride, size_t *support);

#ifdef __cplusplus
}
#endif

#endif
