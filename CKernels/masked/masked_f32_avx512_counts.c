/* Masked products in single precision: sums in registers where they are cheaper than those in the cache. */
#define ZT_SINGLE_ 1
#include "lanes/avx512_lanes.h"

#if ZT_LANES_
#include "kernel_table.h"

#include "cost.h"

/* In masked_f32_avx512.c: the product by a kernel that is already chosen. */
void zt_masked_forward_by_f32_avx512_(zt_way_ way, const zt_masked_f32 *map, size_t first, size_t last,
                                      const float *u, size_t u_stride, float *f, size_t f_stride,
                                      float *workspace);
void zt_masked_adjoint_by_f32_avx512_(zt_way_ way, const zt_masked_f32 *map, size_t first, size_t last,
                                      const float *r, size_t r_stride, float *g, size_t g_stride,
                                      float *workspace);

void zt_masked_forward_f32_avx512_counts_(const zt_masked_f32 *map, size_t first, size_t last, const float *u,
                                          size_t u_stride, float *f, size_t f_stride, float *workspace) {
    zt_way_ way = zt_way_of_(map->samples, map->patterns, map->features, 1, map->off == 0, map->patterns > 0);
    if (way == ZT_IN_REGISTERS_)
        zt_masked_forward_f32_registers_avx512_(map, first, last, u, u_stride, f, f_stride, workspace);
    else
        zt_masked_forward_by_f32_avx512_(way, map, first, last, u, u_stride, f, f_stride, workspace);
}

void zt_masked_adjoint_f32_avx512_counts_(const zt_masked_f32 *map, size_t first, size_t last, const float *r,
                                          size_t r_stride, float *g, size_t g_stride, float *workspace) {
    zt_way_ way = zt_way_of_(map->patterns, map->samples, map->features, 0, map->off == 0, map->samples > 0);
    if (way == ZT_IN_REGISTERS_)
        zt_masked_adjoint_f32_registers_avx512_(map, first, last, r, r_stride, g, g_stride, workspace);
    else
        zt_masked_adjoint_by_f32_avx512_(way, map, first, last, r, r_stride, g, g_stride, workspace);
}
#else
typedef int zt_no_avx512_;
#endif
