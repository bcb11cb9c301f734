/* Projection onto the cone of an activation pattern. See zonotope.h for the conventions. */
#ifndef ZONOTOPE_CONES_H
#define ZONOTOPE_CONES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * v = projection of q onto K = { v : s_k x_k . v >= 0 for all samples k }, s_k = +1 where bit k of the pattern is
 * set, -1 elsewhere. Returns ||v||.
 *
 *   columns   (d, n): the rows x_k scaled to unit norm, stored by columns, column_stride elements apart; rows of
 *             zeros stay zero and do not constrain.
 *   pattern   one line of n bits.
 *   q, v      d elements. v must not overlap q.
 *   stop      the projection is given up as soon as its norm is proved to be at most this; the return value is
 *             then an upper bound of the norm, at most stop, and v is q + B'rho for some rho >= 0 with that norm.
 *             A negative stop asks for the projection whatever it is.
 *   active    room for d indices, *active_count of them in use: the samples whose constraints were active the
 *             last time, to start from; overwritten by those active now. Any d or fewer indices below n are
 *             allowed; none is a cold start.
 *
 * The result satisfies s_k x_k . v >= -2e-13 ||x_k|| ||v||. Method: non-negative least squares on the multipliers
 * (Lawson and Hanson, "Solving Least Squares Problems", chapter 23) over an orthogonal basis in which the leading
 * vectors span the active rows, so that v lies in their complement to working accuracy however small it is.
 * Cost: O(n d) for each change of the active set, of which there are rarely more than 3 d; after 100 + 20 d of
 * them the zero vector, which is in every cone, is returned with a bound as its norm. A NaN in q gives NaN.
 */
double zt_cone_project_f64(size_t n, size_t d, const double *columns, size_t column_stride,
                           const uint64_t *pattern, const double *q, double stop, double *v, size_t *active,
                           size_t *active_count, double *workspace);
size_t zt_cone_project_f64_workspace(size_t n, size_t d);

#ifdef __cplusplus
}
#endif

#endif
