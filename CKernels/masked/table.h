/* Signatures of the masked products; meaning as in zonotope/masked.h. Part of kernel_table.h. */
#ifndef ZT_MASKED_TABLE_H
#define ZT_MASKED_TABLE_H

#include "zonotope/masked.h"

#define ZT_MASKED_SIGNATURES_(real, suffix)                                                                  \
    typedef void zt_masked_forward_##suffix##_fn_(const zt_masked_##suffix *map, size_t first, size_t last,  \
                                                  const real *u, size_t u_stride, real *f, size_t f_stride,  \
                                                  real *workspace);                                          \
    typedef void zt_masked_adjoint_##suffix##_fn_(const zt_masked_##suffix *map, size_t first, size_t last,  \
                                                  const real *r, size_t r_stride, real *g, size_t g_stride,  \
                                                  real *workspace);

ZT_MASKED_SIGNATURES_(double, f64)
ZT_MASKED_SIGNATURES_(float, f32)

#define ZT_MASKED_KERNELS_(X)                                                                                \
    X(masked_forward_f64)                                                                                    \
    X(masked_adjoint_f64)                                                                                    \
    X(masked_forward_f32)                                                                                    \
    X(masked_adjoint_f32)

/* What each instruction set has of its own. */
#define ZT_MASKED_KERNELS_AVX2_(X)                                                                           \
    X(masked_forward_f64, avx2)                                                                              \
    X(masked_adjoint_f64, avx2)                                                                              \
    X(masked_forward_f32, avx2)                                                                              \
    X(masked_adjoint_f32, avx2)

#define ZT_MASKED_KERNELS_AVX512_(X)                                                                         \
    X(masked_forward_f64, avx512)                                                                            \
    X(masked_adjoint_f64, avx512)                                                                            \
    X(masked_forward_f32, avx512)                                                                            \
    X(masked_adjoint_f32, avx512)

#define ZT_MASKED_KERNELS_AVX512_COUNTS_(X)                                                                  \
    X(masked_forward_f32, avx512_counts)                                                                     \
    X(masked_adjoint_f32, avx512_counts)

#define ZT_MASKED_KERNELS_NEON_(X)                                                                           \
    X(masked_forward_f64, neon)                                                                              \
    X(masked_adjoint_f64, neon)                                                                              \
    X(masked_forward_f32, neon)                                                                              \
    X(masked_adjoint_f32, neon)

/* Tables in registers, behind the entries of avx512_counts. */
zt_masked_forward_f32_fn_ zt_masked_forward_f32_registers_avx512_;
zt_masked_adjoint_f32_fn_ zt_masked_adjoint_f32_registers_avx512_;

#endif
