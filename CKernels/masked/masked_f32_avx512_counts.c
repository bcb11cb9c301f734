/* Masked products in single precision: sums in registers where they are cheaper than those in the cache. */
#define ZT_SINGLE_ 1
#include "lanes/avx512_lanes.h"

#if ZT_LANES_
#include "kernel_table.h"

#include "cost.h"

static int in_registers_(size_t outputs, size_t inputs, size_t columns, int forward, int plain) {
    zt_way_ way = zt_way_of_(outputs, inputs, columns, forward, plain);
    return inputs > 0 && zt_register_cost_((double)outputs, (double)inputs, columns) <
                             zt_cost_(way, (double)outputs, (double)inputs, columns, forward);
}

void zt_masked_forward_f32_avx512_counts_(const zt_masked_f32 *map, size_t first, size_t last, const float *u,
                                          size_t u_stride, float *f, size_t f_stride, float *workspace) {
    zt_masked_forward_f32_fn_ *product = zt_masked_forward_f32_avx512_;
    if (in_registers_(map->samples, map->patterns, map->features, 1, map->off == 0))
        product = zt_masked_forward_f32_registers_avx512_;
    product(map, first, last, u, u_stride, f, f_stride, workspace);
}

void zt_masked_adjoint_f32_avx512_counts_(const zt_masked_f32 *map, size_t first, size_t last, const float *r,
                                          size_t r_stride, float *g, size_t g_stride, float *workspace) {
    zt_masked_adjoint_f32_fn_ *product = zt_masked_adjoint_f32_avx512_;
    if (in_registers_(map->patterns, map->samples, map->features, 0, map->off == 0))
        product = zt_masked_adjoint_f32_registers_avx512_;
    product(map, first, last, r, r_stride, g, g_stride, workspace);
}
#else
typedef int zt_no_avx512_;
#endif
