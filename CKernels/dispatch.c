/* The public functions and the table they call through. */
#include "zonotope/kernels.h"

#include "kernel_table.h"
#include "workspace.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const zt_kernel_table_ reference_ = {
    .name = "reference",
    .pack_signs_f64 = zt_pack_signs_f64_reference_,
    .transpose_bits = zt_transpose_bits_reference_,
    .hash_lines = zt_hash_lines_reference_,
    .masked_forward_f64 = zt_masked_forward_f64_reference_,
    .masked_adjoint_f64 = zt_masked_adjoint_f64_reference_,
    .hadamard_gram_f64 = zt_hadamard_gram_f64_reference_,
    .block_norms_f64 = zt_block_norms_f64_reference_,
    .group_shrink_f64 = zt_group_shrink_f64_reference_,
    .most_violated_f64 = zt_most_violated_f64_reference_,
};

#if defined(__x86_64__)
static const zt_kernel_table_ avx2_ = {
    .name = "avx2",
    .pack_signs_f64 = zt_pack_signs_f64_avx2_,
    .masked_forward_f64 = zt_masked_forward_f64_avx2_,
    .masked_adjoint_f64 = zt_masked_adjoint_f64_avx2_,
    .hadamard_gram_f64 = zt_hadamard_gram_f64_avx2_,
    .block_norms_f64 = zt_block_norms_f64_avx2_,
    .group_shrink_f64 = zt_group_shrink_f64_avx2_,
    .most_violated_f64 = zt_most_violated_f64_avx2_,
};

static int has_avx2_(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("popcnt");
}
#endif

/* All entries NULL, name included: what an unknown ZT_ISA selects. */
static const zt_kernel_table_ unsupported_ = {.name = NULL};

const zt_kernel_table_ *zt_find_table_(const char *name) {
    if (strcmp(name, "reference") == 0) return &reference_;
#if defined(__x86_64__)
    if (strcmp(name, "avx2") == 0 && has_avx2_()) return &avx2_;
#endif
    return NULL;
}

static const zt_kernel_table_ *choose_(void) {
    const char *wanted = getenv("ZT_ISA");
    if (wanted != NULL && wanted[0] != '\0') {
        const zt_kernel_table_ *found = zt_find_table_(wanted);
        return found != NULL ? found : &unsupported_;
    }
    const zt_kernel_table_ *best = zt_find_table_("avx2");
    return best != NULL ? best : &reference_;
}

static _Atomic(const zt_kernel_table_ *) table_ = NULL;

/* The first thread to finish choosing decides for all. The tables are constant: no order beyond the pointer.
 */
static const zt_kernel_table_ *kernels_(void) {
    const zt_kernel_table_ *table = atomic_load_explicit(&table_, memory_order_relaxed);
    if (table != NULL) return table;
    const zt_kernel_table_ *choice = choose_();
    if (atomic_compare_exchange_strong(&table_, &table, choice)) return choice;
    return table;
}

#define KERNEL_(entry) (kernels_()->entry != NULL ? kernels_()->entry : reference_.entry)

const char *zt_kernel_tier(void) {
    return kernels_()->name;
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

void zt_masked_forward_f64(size_t n, size_t d, size_t p, const double *x, size_t x_stride,
                           const uint64_t *sample_bits, size_t bit_stride, const double *u, size_t u_stride,
                           double *f, double *workspace) {
    KERNEL_(masked_forward_f64)(n, d, p, x, x_stride, sample_bits, bit_stride, u, u_stride, f, workspace);
}

size_t zt_masked_forward_f64_workspace(size_t n, size_t d, size_t p) {
    (void)n, (void)d, (void)p;
    return ZT_MASKED_WORKSPACE_;
}

void zt_masked_adjoint_f64(size_t n, size_t d, size_t p, const double *x, size_t x_stride,
                           const uint64_t *pattern_bits, size_t bit_stride, const double *r, double *g,
                           size_t g_stride, double *workspace) {
    KERNEL_(masked_adjoint_f64)(n, d, p, x, x_stride, pattern_bits, bit_stride, r, g, g_stride, workspace);
}

size_t zt_masked_adjoint_f64_workspace(size_t n, size_t d, size_t p) {
    (void)n, (void)d, (void)p;
    return ZT_MASKED_WORKSPACE_;
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
