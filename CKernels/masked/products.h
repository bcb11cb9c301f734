/* The two entries of the table for one instruction set and precision: roles, and the way that suits the shape. */
#include "kernel_table.h"

#include "way.h"

/* 0 times an infinity, or opposite infinities, may have met in a sum by parts, though not in the definition: it decides
 * what is not finite. */
ZT_TARGET_ static void settle_(const zt_masked_ *map, size_t first, size_t last, const zt_real_ *u,
                               size_t u_stride, zt_real_ *f, size_t f_stride) {
    int some = 0;
    for (size_t o = 0; o < map->outputs; o++)
        for (size_t k = first; k < last; k++) some |= !__builtin_isfinite(f[k * f_stride + o]);
    if (!some) return;
    for (size_t k = first; k < last; k++) {
        int finite = 1;
        for (size_t o = 0; o < map->outputs; o++) finite = finite && __builtin_isfinite(f[k * f_stride + o]);
        if (!finite) ZT_PRECISE_(zt_masked_forward, reference)(map, k, k + 1, u, u_stride, f, f_stride, NULL);
    }
}

ZT_INLINE_ void forward_by_(zt_way_ way, const zt_masked_ *map, size_t first, size_t last, const zt_real_ *u,
                            size_t u_stride, zt_real_ *f, size_t f_stride, zt_real_ *workspace) {
    size_t d = map->features;
    if (d == 0 || map->patterns == 0) {
        for (size_t k = first; k < last; k++)
            for (size_t o = 0; o < map->outputs; o++) f[k * f_stride + o] = 0;
        return;
    }
    for (size_t o = 0; o < map->outputs; o++) {
        zt_inputs_ in = {map->patterns, d, u + o * d, u_stride, NULL, 0, map->on, map->off};
        zt_outputs_ out = {map->sample_bits, map->sample_bit_stride, f + o, f_stride, map->x, map->x_stride};
        sum_outputs_(way, &in, &out, first, last, workspace);
    }
    if (way != ZT_ONE_PATTERN_) settle_(map, first, last, u, u_stride, f, f_stride);
}

ZT_INLINE_ void adjoint_by_(zt_way_ way, const zt_masked_ *map, size_t first, size_t last, const zt_real_ *r,
                            size_t r_stride, zt_real_ *g, size_t g_stride, zt_real_ *workspace) {
    size_t d = map->features;
    for (size_t o = 0; o < map->outputs; o++) {
        zt_inputs_ in = {map->samples, d, map->x, map->x_stride, r + o, r_stride, map->on, map->off};
        zt_outputs_ out = {map->pattern_bits, map->pattern_bit_stride, g + o * d, g_stride, NULL, 0};
        if (map->samples > 0) {
            sum_outputs_(way, &in, &out, first, last, workspace);
            continue;
        }
        for (size_t i = first; i < last; i++)
            for (size_t c = 0; c < d; c++) out.rows[i * g_stride + c] = 0;
    }
}

ZT_TARGET_ void ZT_PRECISE_(zt_masked_forward, ZT_TIER_)(const zt_masked_ *map, size_t first, size_t last,
                                                         const zt_real_ *u, size_t u_stride, zt_real_ *f,
                                                         size_t f_stride, zt_real_ *workspace) {
    zt_way_ way = zt_way_of_(map->samples, map->patterns, map->features, 1, map->off == 0, 0);
    forward_by_(way, map, first, last, u, u_stride, f, f_stride, workspace);
}

ZT_TARGET_ void ZT_PRECISE_(zt_masked_adjoint, ZT_TIER_)(const zt_masked_ *map, size_t first, size_t last,
                                                         const zt_real_ *r, size_t r_stride, zt_real_ *g,
                                                         size_t g_stride, zt_real_ *workspace) {
    zt_way_ way = zt_way_of_(map->patterns, map->samples, map->features, 0, map->off == 0, 0);
    adjoint_by_(way, map, first, last, r, r_stride, g, g_stride, workspace);
}

#ifdef ZT_REGISTERS_TIER_
/* The entries of a tier that has tables in registers as well. */
ZT_TARGET_ void ZT_PRECISE_(zt_masked_forward, ZT_REGISTERS_TIER_)(const zt_masked_ *map, size_t first,
                                                                   size_t last, const zt_real_ *u,
                                                                   size_t u_stride, zt_real_ *f,
                                                                   size_t f_stride, zt_real_ *workspace) {
    zt_way_ way = zt_way_of_(map->samples, map->patterns, map->features, 1, map->off == 0, map->patterns > 0);
    if (way == ZT_IN_REGISTERS_)
        zt_masked_forward_f32_registers_avx512_(map, first, last, u, u_stride, f, f_stride, workspace);
    else
        forward_by_(way, map, first, last, u, u_stride, f, f_stride, workspace);
}

ZT_TARGET_ void ZT_PRECISE_(zt_masked_adjoint, ZT_REGISTERS_TIER_)(const zt_masked_ *map, size_t first,
                                                                   size_t last, const zt_real_ *r,
                                                                   size_t r_stride, zt_real_ *g,
                                                                   size_t g_stride, zt_real_ *workspace) {
    zt_way_ way = zt_way_of_(map->patterns, map->samples, map->features, 0, map->off == 0, map->samples > 0);
    if (way == ZT_IN_REGISTERS_)
        zt_masked_adjoint_f32_registers_avx512_(map, first, last, r, r_stride, g, g_stride, workspace);
    else
        adjoint_by_(way, map, first, last, r, r_stride, g, g_stride, workspace);
}
#endif
