/* The public functions, which call through the table in use. */
#include "zonotope/kernels.h"
#include "zonotope/masked.h"

#include "kernel_table.h"
#include "masked/registers.h"
#include "workspace.h"

/* The first of the chain that has the kernel. */
#define ZT_FIND_(kernel)                                                                                     \
    static zt_##kernel##_fn_ *find_##kernel##_(void) {                                                       \
        const zt_kernel_table_ *table = zt_kernels_();                                                       \
        while (table->kernel == NULL) table = table->next;                                                   \
        return table->kernel;                                                                                \
    }
ZT_KERNELS_(ZT_FIND_)

#define KERNEL_(kernel) find_##kernel##_()

const char *zt_kernel_tier(void) {
    return zt_kernels_()->name;
}

/* ------------------------------------------------------------------------------------------- patterns */

void zt_pack_signs_f64(size_t n, size_t d, size_t p, const double *x, size_t x_stride, const double *gates,
                       size_t gate_stride, uint64_t *bits, size_t bit_stride, double *workspace) {
    KERNEL_(pack_signs_f64)(n, d, p, x, x_stride, gates, gate_stride, bits, bit_stride, workspace);
}

size_t zt_pack_signs_f64_workspace(size_t n, size_t d, size_t p) {
    (void)n;
    return zt_sign_workspace_(d, p);
}

void zt_transpose_bits(size_t lines, size_t bits, const uint64_t *source, size_t source_stride,
                       uint64_t *destination, size_t destination_stride) {
    KERNEL_(transpose_bits)(lines, bits, source, source_stride, destination, destination_stride);
}

void zt_hash_lines(size_t lines, size_t bits, const uint64_t *source, size_t stride, uint64_t *hashes) {
    KERNEL_(hash_lines)(lines, bits, source, stride, hashes);
}

size_t zt_distinct_lines(size_t lines, size_t bits, const uint64_t *source, size_t stride, size_t *first,
                         size_t *workspace) {
    return zt_distinct_lines_by_(lines, bits, source, stride, first, workspace, KERNEL_(hash_lines));
}

/* ------------------------------------------------------------------------------------ masked products */

void zt_masked_forward_f64(const zt_masked_f64 *map, size_t first, size_t last, const double *u,
                           size_t u_stride, double *f, size_t f_stride, double *workspace) {
    KERNEL_(masked_forward_f64)(map, first, last, u, u_stride, f, f_stride, workspace);
}

size_t zt_masked_forward_f64_workspace(const zt_masked_f64 *map) {
    (void)map;
    return ZT_MASKED_BYTES_ / sizeof(double);
}

void zt_masked_adjoint_f64(const zt_masked_f64 *map, size_t first, size_t last, const double *r,
                           size_t r_stride, double *g, size_t g_stride, double *workspace) {
    KERNEL_(masked_adjoint_f64)(map, first, last, r, r_stride, g, g_stride, workspace);
}

size_t zt_masked_adjoint_f64_workspace(const zt_masked_f64 *map) {
    (void)map;
    return ZT_MASKED_BYTES_ / sizeof(double);
}

void zt_masked_forward_f32(const zt_masked_f32 *map, size_t first, size_t last, const float *u,
                           size_t u_stride, float *f, size_t f_stride, float *workspace) {
    KERNEL_(masked_forward_f32)(map, first, last, u, u_stride, f, f_stride, workspace);
}

size_t zt_masked_forward_f32_workspace(const zt_masked_f32 *map) {
    size_t registers = zt_register_forward_room_(map), tables = ZT_MASKED_BYTES_ / sizeof(float);
    return registers > tables ? registers : tables;
}

void zt_masked_adjoint_f32(const zt_masked_f32 *map, size_t first, size_t last, const float *r,
                           size_t r_stride, float *g, size_t g_stride, float *workspace) {
    KERNEL_(masked_adjoint_f32)(map, first, last, r, r_stride, g, g_stride, workspace);
}

size_t zt_masked_adjoint_f32_workspace(const zt_masked_f32 *map) {
    size_t registers = zt_register_adjoint_room_(map), tables = ZT_MASKED_BYTES_ / sizeof(float);
    return registers > tables ? registers : tables;
}

void zt_hadamard_gram_f64(size_t row0, size_t row1, size_t p, const uint64_t *sample_bits, size_t bit_stride,
                          double *k, size_t k_stride) {
    KERNEL_(hadamard_gram_f64)(row0, row1, p, sample_bits, bit_stride, k, k_stride);
}

/* ----------------------------------------------------------------------------------- blocks and shrinkage */

void zt_block_norms_f64(size_t p, size_t d, const double *g, size_t g_stride, double *norms) {
    KERNEL_(block_norms_f64)(p, d, g, g_stride, norms);
}

size_t zt_group_shrink_f64(size_t p, size_t d, const double *t, size_t t_stride, double theta, double *v,
                           size_t v_stride, double *norms, size_t *support) {
    return KERNEL_(group_shrink_f64)(p, d, t, t_stride, theta, v, v_stride, norms, support);
}

size_t zt_most_violated_f64_(size_t n, size_t d, const double *columns, size_t column_stride,
                             const uint64_t *pattern, const double *v, double *value) {
    return KERNEL_(most_violated_f64)(n, d, columns, column_stride, pattern, v, value);
}
