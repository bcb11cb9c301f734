/* The public functions of zonotope/shrink.h, which call through the table in use. */
#include "zonotope/shrink.h"

#include "dispatch.h"

ZT_SHRINK_KERNELS_(ZT_FIND_)

#define ZT_SHRINK_FUNCTIONS_(real, suffix)                                                                   \
    void zt_block_norms_##suffix(size_t p, size_t d, const real *g, size_t g_stride, real *norms) {          \
        KERNEL_(block_norms_##suffix)(p, d, g, g_stride, norms);                                             \
    }                                                                                                        \
    size_t zt_group_shrink_##suffix(size_t p, size_t d, const real *t, size_t t_stride, real theta, real *v, \
                                    size_t v_stride, real *norms, size_t *support) {                         \
        return KERNEL_(group_shrink_##suffix)(p, d, t, t_stride, theta, v, v_stride, norms, support);        \
    }                                                                                                        \
    size_t zt_sparse_group_shrink_##suffix(size_t p, size_t d, const real *t, size_t t_stride, real theta1,  \
                                           real theta2, real *v, size_t v_stride, real *norms,               \
                                           size_t *support) {                                                \
        return KERNEL_(sparse_group_shrink_##suffix)(p, d, t, t_stride, theta1, theta2, v, v_stride, norms,  \
                                                     support);                                               \
    }                                                                                                        \
    size_t zt_soft_threshold_##suffix(size_t n, const real *t, real theta, real *v, size_t *support) {       \
        return KERNEL_(soft_threshold_##suffix)(n, t, theta, v, support);                                    \
    }                                                                                                        \
    size_t zt_simplex_rows_##suffix(size_t p, size_t d, const real *t, size_t t_stride, real radius,         \
                                    real *v, size_t v_stride, size_t *support) {                             \
        return KERNEL_(simplex_rows_##suffix)(p, d, t, t_stride, radius, v, v_stride, support);              \
    }

ZT_SHRINK_FUNCTIONS_(double, f64)
ZT_SHRINK_FUNCTIONS_(float, f32)

size_t zt_most_violated_f64_(size_t n, size_t d, const double *columns, size_t column_stride,
                             const uint64_t *pattern, const double *v, double *value) {
    return KERNEL_(most_violated_f64)(n, d, columns, column_stride, pattern, v, value);
}
