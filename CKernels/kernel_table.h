/*
 * One struct of function pointers an instruction set. A tier may leave an entry NULL: the next lower one then
 * serves. Signatures and meaning are those of the public functions in zonotope/kernels.h and
 * zonotope/masked.h, where there is one.
 */
#ifndef ZT_KERNEL_TABLE_H
#define ZT_KERNEL_TABLE_H

#include "zonotope/masked.h"

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

typedef void zt_pack_signs_f64_fn_(size_t n, size_t d, size_t p, const double *x, size_t x_stride,
                                   const double *gates, size_t gate_stride, uint64_t *bits, size_t bit_stride,
                                   double *workspace);
typedef void zt_transpose_bits_fn_(size_t lines, size_t bits, const uint64_t *source, size_t source_stride,
                                   uint64_t *destination, size_t destination_stride);
typedef void zt_hash_lines_fn_(size_t lines, size_t bits, const uint64_t *source, size_t stride,
                               uint64_t *hashes);
typedef void zt_masked_forward_f64_fn_(const zt_masked_f64 *map, size_t first, size_t last, const double *u,
                                       size_t u_stride, double *f, size_t f_stride, double *workspace);
typedef void zt_masked_adjoint_f64_fn_(const zt_masked_f64 *map, size_t first, size_t last, const double *r,
                                       size_t r_stride, double *g, size_t g_stride, double *workspace);
typedef void zt_masked_forward_f32_fn_(const zt_masked_f32 *map, size_t first, size_t last, const float *u,
                                       size_t u_stride, float *f, size_t f_stride, float *workspace);
typedef void zt_masked_adjoint_f32_fn_(const zt_masked_f32 *map, size_t first, size_t last, const float *r,
                                       size_t r_stride, float *g, size_t g_stride, float *workspace);
typedef void zt_hadamard_gram_f64_fn_(size_t row0, size_t row1, size_t p, const uint64_t *sample_bits,
                                      size_t bit_stride, double *k, size_t k_stride);
typedef void zt_block_norms_f64_fn_(size_t p, size_t d, const double *g, size_t g_stride, double *norms);
typedef size_t zt_group_shrink_f64_fn_(size_t p, size_t d, const double *t, size_t t_stride, double theta,
                                       double *v, size_t v_stride, double *norms, size_t *support);

/* The smallest s_k x_k . v over the samples and its index, n and 0 where none is below 0; the first of equal ones.
 * Arguments as in zt_cone_project_f64. */
typedef size_t zt_most_violated_f64_fn_(size_t n, size_t d, const double *columns, size_t column_stride,
                                        const uint64_t *pattern, const double *v, double *value);

/* Every kernel that has more than one version. A line here, a signature above and a reference version make a
 * new one; the other tiers may follow in any order. */
#define ZT_KERNELS_(X)                                                                                       \
    X(pack_signs_f64)                                                                                        \
    X(transpose_bits)                                                                                        \
    X(hash_lines)                                                                                            \
    X(masked_forward_f64)                                                                                    \
    X(masked_adjoint_f64)                                                                                    \
    X(masked_forward_f32)                                                                                    \
    X(masked_adjoint_f32)                                                                                    \
    X(hadamard_gram_f64)                                                                                     \
    X(block_norms_f64)                                                                                       \
    X(group_shrink_f64)                                                                                      \
    X(most_violated_f64)

#define ZT_ENTRY_(kernel) zt_##kernel##_fn_ *kernel;
#define ZT_DECLARE_REFERENCE_(kernel) zt_##kernel##_fn_ zt_##kernel##_reference_;

typedef struct zt_kernel_table_ {
    const char *name;
    /* Serves where an entry is NULL; the last of the chain is the reference, which is complete. */
    const struct zt_kernel_table_ *next;
    ZT_KERNELS_(ZT_ENTRY_)
} zt_kernel_table_;

/* The table of that name, or NULL when this build or this processor does not have it. */
const zt_kernel_table_ *zt_find_table_(const char *name);

/* The table in use. */
const zt_kernel_table_ *zt_kernels_(void);

ZT_KERNELS_(ZT_DECLARE_REFERENCE_)

#if defined(__x86_64__)
zt_pack_signs_f64_fn_ zt_pack_signs_f64_avx2_;
zt_masked_forward_f64_fn_ zt_masked_forward_f64_avx2_;
zt_masked_adjoint_f64_fn_ zt_masked_adjoint_f64_avx2_;
zt_masked_forward_f32_fn_ zt_masked_forward_f32_avx2_;
zt_masked_adjoint_f32_fn_ zt_masked_adjoint_f32_avx2_;
zt_hadamard_gram_f64_fn_ zt_hadamard_gram_f64_avx2_;
zt_block_norms_f64_fn_ zt_block_norms_f64_avx2_;
zt_group_shrink_f64_fn_ zt_group_shrink_f64_avx2_;
zt_most_violated_f64_fn_ zt_most_violated_f64_avx2_;

zt_masked_forward_f32_fn_ zt_masked_forward_f32_registers_avx512_;
zt_masked_adjoint_f32_fn_ zt_masked_adjoint_f32_registers_avx512_;
zt_masked_forward_f32_fn_ zt_masked_forward_f32_avx512_counts_;
zt_masked_adjoint_f32_fn_ zt_masked_adjoint_f32_avx512_counts_;
zt_masked_forward_f64_fn_ zt_masked_forward_f64_avx512_;
zt_masked_adjoint_f64_fn_ zt_masked_adjoint_f64_avx512_;
zt_masked_forward_f32_fn_ zt_masked_forward_f32_avx512_;
zt_masked_adjoint_f32_fn_ zt_masked_adjoint_f32_avx512_;
#elif defined(__aarch64__)
zt_masked_forward_f64_fn_ zt_masked_forward_f64_neon_;
zt_masked_adjoint_f64_fn_ zt_masked_adjoint_f64_neon_;
zt_masked_forward_f32_fn_ zt_masked_forward_f32_neon_;
zt_masked_adjoint_f32_fn_ zt_masked_adjoint_f32_neon_;
#endif

/* The entry of the table in use. */
zt_most_violated_f64_fn_ zt_most_violated_f64_;

/* zt_distinct_lines with the hash of the caller's choice; tests force collisions through it. */
size_t zt_distinct_lines_by_(size_t lines, size_t bits, const uint64_t *source, size_t stride, size_t *first,
                             size_t *workspace, zt_hash_lines_fn_ *hash_lines);

#pragma GCC visibility pop

#endif
