/* The public functions, which call through the table in use. */
#include "zonotope/kernels.h"

#include "dispatch.h"
#include "workspace.h"

ZT_MASKED_KERNELS_(ZT_FIND_)

const char *zt_kernel_tier(void) {
    return zt_kernels_()->name;
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
