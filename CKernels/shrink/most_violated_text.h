/*
 * The sample that a point violates most: one pass over the columns, a panel of samples at a time in registers. Few panels
 * hold a new least product, so that only these are looked through one by one. A text in the sense of lanes/lanes.h.
 */
#include "lanes/lanes.h"

#include "kernel_table.h"

#if defined(ZT_LANES_)

enum { PANEL_VECTORS = 4, PANEL = PANEL_VECTORS * LANES };

/* s_k x_k . v of the panel from `row`, of which `count` samples exist. */
ZT_INLINE_ void products_(size_t d, const real_ *columns, size_t column_stride, size_t count, uint64_t bits,
                          const real_ *v, vec_ products[PANEL_VECTORS]) {
    vec_ sums[PANEL_VECTORS];
    mask_ parts[PANEL_VECTORS];
    for (size_t i = 0; i < PANEL_VECTORS; i++) {
        sums[i] = zero_();
        parts[i] = below_(count > i * LANES ? count - i * LANES : 0);
    }
    for (size_t j = 0; j < d; j++) {
        const real_ *column = columns + j * column_stride;
        vec_ weight = splat_(v[j]);
        _Pragma("GCC unroll 4") for (size_t i = 0; i < PANEL_VECTORS; i++) {
            vec_ entries =
                count == PANEL ? load_(column + i * LANES) : load_part_(column + i * LANES, parts[i]);
            sums[i] = fma_(weight, entries, sums[i]);
        }
    }
    for (size_t i = 0; i < PANEL_VECTORS; i++)
        products[i] = select_(mask_of_(bits >> i * LANES), sums[i], sub_(splat_((real_)-0.0), sums[i]));
}

ZT_TARGET_ size_t ZT_NAME_(most_violated)(size_t n, size_t d, const real_ *columns, size_t column_stride,
                                          const uint64_t *pattern, const real_ *v, real_ *value) {
    size_t worst = n;
    real_ least = 0;
    for (size_t row = 0; row < n; row += PANEL) {
        size_t count = n - row < PANEL ? n - row : PANEL;
        uint64_t bits = pattern[row / 64] >> row % 64;
        vec_ products[PANEL_VECTORS];
        if (count == PANEL)
            products_(d, columns + row, column_stride, PANEL, bits, v, products);
        else
            products_(d, columns + row, column_stride, count, bits, v, products);
        vec_ limit = splat_(least);
        unsigned below = 0;
        for (size_t i = 0; i < PANEL_VECTORS; i++) below |= bits_(above_(limit, products[i]));
        if (below == 0) continue;
        real_ lanes[PANEL];
        for (size_t i = 0; i < PANEL_VECTORS; i++) store_(lanes + i * LANES, products[i]);
        for (size_t k = 0; k < count; k++) {
            if (lanes[k] < least) {
                least = lanes[k];
                worst = row + k;
            }
        }
    }
    *value = least;
    return worst;
}

#endif
