/* The public functions of zonotope/masked.h, which call through the table in use. */
#include "zonotope/masked.h"

#include "dispatch.h"
#include "registers.h"
#include "workspace.h"

ZT_MASKED_KERNELS_(ZT_FIND_)

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
