/* Signatures of norms and proximal steps; meaning as in zonotope/shrink.h. Part of kernel_table.h. */
#ifndef ZT_SHRINK_TABLE_H
#define ZT_SHRINK_TABLE_H

#include <stddef.h>
#include <stdint.h>

#define ZT_SHRINK_SIGNATURES_(real, suffix)                                                                  \
    typedef void zt_block_norms_##suffix##_fn_(size_t p, size_t d, const real *g, size_t g_stride,           \
                                               real *norms);                                                 \
    typedef size_t zt_sparse_group_shrink_##suffix##_fn_(size_t p, size_t d, const real *t, size_t t_stride, \
                                                         real theta1, real theta2, real *v, size_t v_stride, \
                                                         real *norms, size_t *support);                      \
    typedef size_t zt_group_shrink_##suffix##_fn_(size_t p, size_t d, const real *t, size_t t_stride,        \
                                                  real theta, real *v, size_t v_stride, real *norms,         \
                                                  size_t *support);                                          \
    typedef size_t zt_soft_threshold_##suffix##_fn_(size_t n, const real *t, real theta, real *v,            \
                                                    size_t *support);                                        \
    typedef size_t zt_simplex_rows_##suffix##_fn_(size_t p, size_t d, const real *t, size_t t_stride,        \
                                                  real radius, real *v, size_t v_stride, size_t *support);

ZT_SHRINK_SIGNATURES_(double, f64)
ZT_SHRINK_SIGNATURES_(float, f32)

/* The smallest s_k x_k . v over the samples and its index, n and 0 where none is below 0; the first of equal ones.
 * Arguments as in zt_cone_project_f64. */
typedef size_t zt_most_violated_f64_fn_(size_t n, size_t d, const double *columns, size_t column_stride,
                                        const uint64_t *pattern, const double *v, double *value);

#define ZT_SHRINK_KERNELS_(X)                                                                                \
    X(block_norms_f64)                                                                                       \
    X(block_norms_f32)                                                                                       \
    X(group_shrink_f64)                                                                                      \
    X(group_shrink_f32)                                                                                      \
    X(sparse_group_shrink_f64)                                                                               \
    X(sparse_group_shrink_f32)                                                                               \
    X(soft_threshold_f64)                                                                                    \
    X(soft_threshold_f32)                                                                                    \
    X(simplex_rows_f64)                                                                                      \
    X(simplex_rows_f32)                                                                                      \
    X(most_violated_f64)

/* What each instruction set has of its own. */
#define ZT_SHRINK_KERNELS_AVX2_(X)                                                                           \
    X(block_norms_f64, avx2)                                                                                 \
    X(block_norms_f32, avx2)                                                                                 \
    X(group_shrink_f64, avx2)                                                                                \
    X(group_shrink_f32, avx2)                                                                                \
    X(sparse_group_shrink_f64, avx2)                                                                         \
    X(sparse_group_shrink_f32, avx2)                                                                         \
    X(soft_threshold_f64, avx2)                                                                              \
    X(soft_threshold_f32, avx2)                                                                              \
    X(simplex_rows_f64, avx2)                                                                                \
    X(simplex_rows_f32, avx2)                                                                                \
    X(most_violated_f64, avx2)

#define ZT_SHRINK_KERNELS_AVX512_(X)                                                                         \
    X(block_norms_f64, avx512)                                                                               \
    X(block_norms_f32, avx512)                                                                               \
    X(group_shrink_f64, avx512)                                                                              \
    X(group_shrink_f32, avx512)                                                                              \
    X(sparse_group_shrink_f64, avx512)                                                                       \
    X(sparse_group_shrink_f32, avx512)                                                                       \
    X(soft_threshold_f64, avx512)                                                                            \
    X(soft_threshold_f32, avx512)                                                                            \
    X(simplex_rows_f64, avx512)                                                                              \
    X(simplex_rows_f32, avx512)                                                                              \
    X(most_violated_f64, avx512)

#define ZT_SHRINK_KERNELS_NEON_(X)                                                                           \
    X(block_norms_f64, neon)                                                                                 \
    X(block_norms_f32, neon)                                                                                 \
    X(group_shrink_f64, neon)                                                                                \
    X(group_shrink_f32, neon)                                                                                \
    X(sparse_group_shrink_f64, neon)                                                                         \
    X(sparse_group_shrink_f32, neon)                                                                         \
    X(soft_threshold_f64, neon)                                                                              \
    X(soft_threshold_f32, neon)                                                                              \
    X(simplex_rows_f64, neon)                                                                                \
    X(simplex_rows_f32, neon)                                                                                \
    X(most_violated_f64, neon)

#endif
