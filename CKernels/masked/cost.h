/* Which kernel a product takes. It depends on the shape of the map alone: ranges and threads change no bit. */
#ifndef ZT_COST_H
#define ZT_COST_H

#include "panels.h"

#include <math.h>

typedef enum {
    ZT_DIRECTLY_,
    ZT_BY_LANES_,
    ZT_BY_OUTPUTS_,
    ZT_BY_TILES_, /* Adjoint products only. */
    ZT_GROUPS_OF_4_,
    ZT_GROUPS_OF_5_,
    ZT_IN_REGISTERS_, /* Single precision with byte permutations only. */
    ZT_ONE_PATTERN_,
} zt_way_;

/* What the costs are made of. Vectors are those of the instruction set, panels have 64 bytes of columns. */
typedef struct {
    double outputs, inputs, columns;
    double tiles;       /* Words of a line. */
    double panels;      /* Of the columns. */
    double passes;      /* Over a line by the direct sums. */
    double tile_passes; /* By tiles of four outputs. */
    double vectors;     /* Of inputs, and of outputs. */
    double output_vectors;
    double fours, fives; /* Groups of inputs. */
    double pairs, fields,
        quads; /* Of tables in registers: two vectors of outputs, 30 inputs, four columns. */
    int forward;
} zt_product_;

/* Parts of at most `size`, as a number. */
ZT_INLINE_ double zt_parts_(size_t count, size_t size) {
    return (double)(int64_t)((count + size - 1) / size);
}

/* Groups of a tile are whole. */
ZT_INLINE_ double zt_groups_(size_t inputs, size_t group) {
    return inputs < ZT_TILE_ ? zt_parts_(inputs, group)
                             : zt_parts_(inputs, 1) * (double)((ZT_TILE_ + group - 1) / group) / ZT_TILE_;
}

ZT_INLINE_ zt_product_ zt_product_of_(size_t outputs, size_t inputs, size_t columns, int forward) {
    return (zt_product_){.outputs = zt_parts_(outputs, 1),
                         .inputs = zt_parts_(inputs, 1),
                         .columns = zt_parts_(columns, 1),
                         .tiles = zt_parts_(inputs, ZT_TILE_),
                         .panels = zt_parts_(columns, PANEL),
                         .passes = zt_parts_(columns, ZT_WIDE_ * PANEL),
                         .tile_passes = zt_parts_(columns, TILE_PANELS * PANEL),
                         .vectors = zt_parts_(inputs, LANES),
                         .output_vectors = zt_parts_(outputs, LANES),
                         .fours = zt_groups_(inputs, 4),
                         .fives = zt_groups_(inputs, 5),
                         .pairs = zt_parts_(outputs, 32),
                         .fields = zt_parts_(inputs, 30),
                         .quads = zt_parts_(columns, 4),
                         .forward = forward};
}

/*
 * Cycles, each the linear model of its kernel's loops whose constants were fitted to 1200 measured products (AVX-512 on
 * Zen 4, 16 to 5000 samples, 1 to 200 columns, 1 to 3000 patterns): the kernel that is chosen takes 3 % longer than the
 * fastest one in the mean.
 */

/* A set bit costs its scan, in every pass, and its rows. */
ZT_INLINE_ double zt_direct_cost_(const zt_product_ *s) {
    if (s->forward)
        return 28 + s->outputs * (s->passes * (7.2 * s->tiles + 1.55 * s->inputs) +
                                  s->panels * (0.35 * s->inputs + 1.5));
    return 39 + s->outputs * (s->passes * (15 * s->tiles + 1.35 * s->inputs) + s->panels * 0.57 * s->inputs);
}

/* Inputs are turned a vector at a time, unless they are a single column. */
ZT_INLINE_ double zt_lanes_cost_(const zt_product_ *s) {
    double turned = s->columns > 1 ? s->panels * PARTS : 0;
    if (s->forward)
        return 36 + s->vectors * (27 * turned + 8) +
               s->outputs * (4.6 * s->tiles + s->vectors * (1.23 * s->columns + 0.34) + 5.3);
    return 42 + s->vectors * (34 * turned + 12) +
           s->outputs * (4.7 * s->tiles + 1.54 * s->vectors * s->columns + 3.7 * s->columns);
}

/* Inputs are copied; eight vectors of outputs share what is built of them. */
ZT_INLINE_ double zt_outputs_cost_(const zt_product_ *s) {
    double block = 1 + 0.125 * s->output_vectors, sums = s->inputs * s->columns;
#ifdef ZT_TABLES_IN_REGISTERS_
    const double each = 0.53;
#else
    const double each = 1.1;
#endif
    return 96 + 2.8 * s->inputs * s->panels + block * sums +
           s->output_vectors *
               (16 * s->tiles + each * sums + 2 * s->panels + (s->forward ? 11 : 6) * s->columns);
}

/* A masked addition for every bit, and the mask. */
ZT_INLINE_ double zt_tiles_cost_(const zt_product_ *s) {
    double tiles = s->outputs < 4 ? 0.35 * s->outputs : 0.25 * s->outputs;
    return 40 + tiles * s->inputs * (2.7 * s->panels + 5 * s->tile_passes) + s->outputs * s->panels * 3;
}

/* Tables are built for every panel; every output looks up in each. */
ZT_INLINE_ double zt_tables_cost_(const zt_product_ *s, double groups, double build) {
    if (s->forward)
        return 200 + s->panels * (build * groups + s->outputs * (0.82 * groups + 8.5 * s->tiles + 4));
    return 35 + s->panels * (build * groups + s->outputs * (1.11 * groups + 4.3 * s->tiles + 4.2));
}

/* Vectors of outputs two at a time, inputs in fields of 30 and tiles of 240, columns in quads (registers.h). */
ZT_INLINE_ double zt_registers_cost_(const zt_product_ *s) {
    double inputs = 30 * s->fields, tiles = (s->fields + 7) / 8;
    if (s->forward)
        return 180 + s->pairs * (inputs * (0.54 * s->columns + 0.27 * s->quads) + 3.7 * tiles * s->quads) +
               s->outputs * (12 * tiles + 0.83 * s->columns) + 1.8 * inputs * s->columns;
    return 180 + s->pairs * (2.3 * inputs * s->quads + 15 * tiles * s->quads) +
           s->outputs * (4 * tiles + 1.2 * s->columns) + 2.1 * inputs * s->columns;
}

/* The cheapest kernel. Gates (off = 0) have more of them; `registers` says whether tables in registers are there. */
ZT_INLINE_ zt_way_ zt_way_of_(size_t outputs, size_t inputs, size_t columns, int forward, int gates,
                              int registers) {
    if (forward && inputs == 1 && columns <= ZT_PATTERN_COLUMNS_) return ZT_ONE_PATTERN_;
    /* Without arithmetic, since the product of a single pattern may take less time than the estimates. */
    if (!forward && outputs == 1)
        return gates && columns > 0 && columns <= ZT_FEW_COLUMNS_ && columns <= LANES ? ZT_ONE_PATTERN_
                                                                                      : ZT_DIRECTLY_;
    zt_product_ shape = zt_product_of_(outputs, inputs, columns, forward);
    double costs[] = {
        [ZT_DIRECTLY_] = zt_direct_cost_(&shape),
        [ZT_BY_LANES_] = gates && columns <= ZT_LANE_COLUMNS_ ? zt_lanes_cost_(&shape) : HUGE_VAL,
        [ZT_BY_OUTPUTS_] = gates ? zt_outputs_cost_(&shape) : HUGE_VAL,
        [ZT_BY_TILES_] = gates && !forward ? zt_tiles_cost_(&shape) : HUGE_VAL,
        [ZT_GROUPS_OF_4_] = zt_tables_cost_(&shape, shape.fours, 60),
        [ZT_GROUPS_OF_5_] = zt_tables_cost_(&shape, shape.fives, 108),
        [ZT_IN_REGISTERS_] = registers ? zt_registers_cost_(&shape) : HUGE_VAL,
    };
    zt_way_ best = ZT_DIRECTLY_;
    for (size_t way = 1; way < sizeof costs / sizeof *costs; way++)
        if (costs[way] < costs[best]) best = (zt_way_)way;
    return best;
}

#endif
