/* The two entries of the table for one instruction set and precision: roles, and the way that suits the shape. */
#include "kernel_table.h"

#include "way.h"

/* What no pattern selects depends on nothing, not even on an infinity in its own row, which gives 0 times infinity. */
static int is_empty_(const uint64_t *line, size_t bits) {
    for (size_t j = 0; j < (bits + 63) / 64; j++)
        if (line[j] != 0) return 0;
    return 1;
}

ZT_TARGET_ void ZT_PRECISE_(zt_masked_forward, ZT_TIER_)(const zt_masked_ *map, size_t first, size_t last,
                                                         const zt_real_ *u, size_t u_stride, zt_real_ *f,
                                                         size_t f_stride, zt_real_ *workspace) {
    size_t d = map->features;
    zt_way_ way = zt_way_of_(map->samples, map->patterns, d, 1, map->off == 0);
    for (size_t o = 0; o < map->outputs; o++) {
        zt_inputs_ in = {map->patterns, d, u + o * d, u_stride, NULL, 0, map->on, map->off};
        zt_outputs_ out = {map->sample_bits, map->sample_bit_stride, f + o, f_stride, map->x, map->x_stride};
        sum_(way, &in, &out, first, last, workspace);
    }
    for (size_t k = first; k < last; k++) {
        const uint64_t *line = map->sample_bits + k * map->sample_bit_stride;
        for (size_t o = 0; o < map->outputs; o++) {
            zt_real_ *fit = f + k * f_stride + o;
            if (map->patterns == 0 || d == 0 ||
                (*fit != *fit && map->off == 0 && is_empty_(line, map->patterns)))
                *fit = 0;
        }
    }
}

ZT_TARGET_ void ZT_PRECISE_(zt_masked_adjoint, ZT_TIER_)(const zt_masked_ *map, size_t first, size_t last,
                                                         const zt_real_ *r, size_t r_stride, zt_real_ *g,
                                                         size_t g_stride, zt_real_ *workspace) {
    size_t d = map->features;
    zt_way_ way = zt_way_of_(map->patterns, map->samples, d, 0, map->off == 0);
    for (size_t o = 0; o < map->outputs; o++) {
        zt_inputs_ in = {map->samples, d, map->x, map->x_stride, r + o, r_stride, map->on, map->off};
        zt_outputs_ out = {map->pattern_bits, map->pattern_bit_stride, g + o * d, g_stride, NULL, 0};
        sum_(way, &in, &out, first, last, workspace);
    }
}
