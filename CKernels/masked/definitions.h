/* Masked products, one sample or pattern at a time, for either precision. */
#include "kernel_table.h"
#include "precision.h"

static int bit_(const uint64_t *line, size_t j) {
    return (int)(line[j / 64] >> (j % 64) & 1);
}

/* w = the weighted sum of the u_i first, then x_k . w: d multiplications a sample instead of d for every bit. With
 * off = 0 a sample that no pattern selects is 0 even where x_k is not finite, for it depends on nothing. */
static zt_real_ fit_(const zt_masked_ *map, size_t k, const zt_real_ *u, size_t u_stride) {
    const uint64_t *line = map->sample_bits + k * map->sample_bit_stride;
    const zt_real_ *x = map->x + k * map->x_stride;
    size_t selected = 0;
    for (size_t i = 0; i < map->patterns; i++) selected += map->off != 0 || bit_(line, i);
    if (selected == 0) return 0;
    zt_real_ f = 0;
    ZT_SCALAR_LOOP_
    for (size_t j = 0; j < map->features; j++) {
        zt_real_ w = 0;
        ZT_SCALAR_LOOP_
        for (size_t i = 0; i < map->patterns; i++) {
            if (bit_(line, i))
                w += map->on * u[i * u_stride + j];
            else if (map->off != 0)
                w += map->off * u[i * u_stride + j];
        }
        f += x[j] * w;
    }
    return f;
}

void ZT_PRECISE_(zt_masked_forward, reference)(const zt_masked_ *map, size_t first, size_t last,
                                               const zt_real_ *u, size_t u_stride, zt_real_ *f,
                                               size_t f_stride, zt_real_ *workspace) {
    (void)workspace;
    for (size_t k = first; k < last; k++)
        for (size_t o = 0; o < map->outputs; o++)
            f[k * f_stride + o] = fit_(map, k, u + o * map->features, u_stride);
}

void ZT_PRECISE_(zt_masked_adjoint, reference)(const zt_masked_ *map, size_t first, size_t last,
                                               const zt_real_ *r, size_t r_stride, zt_real_ *g,
                                               size_t g_stride, zt_real_ *workspace) {
    (void)workspace;
    for (size_t i = first; i < last; i++) {
        const uint64_t *line = map->pattern_bits + i * map->pattern_bit_stride;
        for (size_t o = 0; o < map->outputs; o++) {
            zt_real_ *sum = g + i * g_stride + o * map->features;
            for (size_t j = 0; j < map->features; j++) sum[j] = 0;
            for (size_t k = 0; k < map->samples; k++) {
                int selected = bit_(line, k);
                if (!selected && map->off == 0) continue;
                zt_real_ scale = (selected ? map->on : map->off) * r[k * r_stride + o];
                ZT_SCALAR_LOOP_
                for (size_t j = 0; j < map->features; j++) sum[j] += scale * map->x[k * map->x_stride + j];
            }
        }
    }
}
