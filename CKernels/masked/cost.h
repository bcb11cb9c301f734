/* Which kernel a product takes. It depends on the shape of the map alone: ranges and threads change no bit. */
#ifndef ZT_COST_H
#define ZT_COST_H

#include "panels.h"

#include <math.h>

typedef enum { ZT_DIRECTLY_, ZT_BY_LANES_, ZT_GROUPS_OF_4_, ZT_GROUPS_OF_5_, ZT_WAYS_ } zt_way_;

/*
 * Cycles, roughly, of one tile of inputs (64, or all if they are fewer) for all outputs and columns. A unit is an
 * operation on 64 bytes; the constants were measured on a core that does one of them a cycle.
 */
static inline double zt_cost_(zt_way_ way, double outputs, double inputs, size_t columns, int forward) {
    double tile = inputs < ZT_TILE_ ? inputs : ZT_TILE_, tiles = inputs / tile;
    double panels = (double)((columns + PANEL - 1) / PANEL),
           vectors = (double)(((size_t)tile + PANEL - 1) / PANEL);
    double d = (double)columns, fours = (double)(((size_t)tile + 3) / 4),
           fives = (double)(((size_t)tile + 4) / 5);
    switch (way) {
    case ZT_DIRECTLY_:
        /* Four panels hide the latency of their sums. A loop over set bits ends in a misprediction. Rows of more than
         * five panels leave the first-level cache before the next output needs them. */
        return outputs * (15 + (panels < 4 ? 2 + panels / 2 : panels) * tile / (panels > 5 ? 1 : 2) +
                          (forward ? 1 + panels : panels));
    case ZT_BY_LANES_:
        return d * tile * 1.2 + outputs * (forward ? 8 + vectors * (2 + d) + 10 / tiles
                                                   : 5 + vectors * (1 + d) + d * (2 + 12 / tiles));
    case ZT_GROUPS_OF_4_:
        return panels *
               (tile * 2 + fours * (36 + 1.3 * outputs) + outputs * (4 + (forward ? 10 : 3) / tiles));
    default:
        return panels *
               (tile * 2 + fives * (70 + 1.3 * outputs) + outputs * (4 + (forward ? 10 : 3) / tiles));
    }
}

/* The same for subset sums in registers (registers_f32_avx512.c): vectors of outputs, no panels of columns. */
static inline double zt_register_cost_(double outputs, double inputs, size_t columns) {
    double d = (double)columns, padded = 64 * ceil(outputs / 64),
           tiles = inputs < ZT_TILE_ ? 1 : inputs / ZT_TILE_;
    return (padded * inputs * (d / 47 + 0.037) + outputs * (13 + 1.6 * d) + 1.1 * inputs * d) / tiles;
}

static inline zt_way_ zt_way_of_(size_t outputs, size_t inputs, size_t columns, int forward, int plain) {
    zt_way_ best = ZT_DIRECTLY_;
    double least = HUGE_VAL;
    for (int way = 0; way < ZT_WAYS_; way++) {
        if (way == ZT_BY_LANES_ && (!plain || columns > ZT_LANE_COLUMNS_)) continue;
        double cost = zt_cost_((zt_way_)way, (double)outputs, (double)inputs, columns, forward);
        if (cost >= least) continue;
        least = cost;
        best = (zt_way_)way;
    }
    return best;
}

#endif
