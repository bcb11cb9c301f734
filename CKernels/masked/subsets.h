/*
 * Bits times dense by subset-sum tables in the first-level cache, for one instruction set and precision.
 *
 * A tile is 64 inputs, one word of every line of bits. It is cut into groups of 4 or 5 inputs; the tables of a group
 * hold the sums of all its subsets, 64 bytes each, so that one addition of an entry stands for 4 or 5 fused
 * multiply-adds of a dense product. Tables of a tile take 16 or 25 KB; outputs stream by, a panel of 64 bytes each.
 *
 * An output is the sum of its tiles in order, each the sum of its groups in order: the same additions whatever
 * the range of outputs. With off = 0, entries are sums of selected inputs only, so a NaN goes nowhere else.
 */
#include "finish.h"
#include "panels.h"
#include "room.h"

enum { TOGETHER = 2, STEP = 4 /* groups of a partial tile are taken by fours */ };

/* Columns of `count` rows, times scales, and zero rows up to `padded`. */
ZT_TARGET_ static void load_inputs_(const zt_inputs_ *in, size_t first, size_t count, size_t padded,
                                    size_t column, room_ room) {
    size_t width = in->columns - column < PANEL ? in->columns - column : PANEL;
    int both = in->off != 0;
    /* The rows of the next tile: a panel is a stride through them that no processor foresees. */
    size_t ahead = in->count - first < 2 * ZT_TILE_ ? 0 : ZT_TILE_ * in->row_stride;
    for (size_t i = 0; i < count; i++) {
        const zt_real_ *row = in->rows + (first + i) * in->row_stride + column;
        __builtin_prefetch(row + ahead, 0, 2);
        zt_real_ scale = in->scales != NULL ? in->scales[(first + i) * in->scale_stride] : 1;
        for (size_t part = 0; part < PARTS; part++) {
            vec_ v = load_columns_(row, width, part) * scale;
            store_(room.on + i * PANEL + part * LANES, v * in->on);
            if (both) store_(room.off + i * PANEL + part * LANES, v * in->off);
        }
    }
    for (size_t j = count * PANEL; j < padded * PANEL; j += LANES) {
        store_(room.on + j, zero_());
        if (both) store_(room.off + j, zero_());
    }
}

/* Entry m of a table is the sum over its inputs of on or off times the input, by the bits of m. Doubling makes the
 * entries with input j from those below: one addition each, another one for those without it unless off = 0. */
ZT_INLINE_ void build_tables_as_(size_t group, size_t groups, int both, room_ room) {
    size_t subsets = (size_t)1 << group;
    for (size_t g = 0; g < groups; g++) {
        ZT_UNROLL_ for (size_t part = 0; part < PARTS; part++) {
            const zt_real_ *on = room.on + g * group * PANEL + part * LANES;
            const zt_real_ *off = room.off + g * group * PANEL + part * LANES;
            zt_real_ *table = room.tables + g * subsets * PANEL + part * LANES;
            vec_ sums[16], v = zero_(), w = zero_();
            sums[0] = zero_();
            ZT_UNROLL_ for (size_t j = 0; j < 4; j++) {
                size_t known = (size_t)1 << j;
                v = load_(on + j * PANEL);
                /* Bounds that do not depend on j, or the sums would not stay in registers. */
                ZT_UNROLL_ for (size_t m = 0; m < 8; m++) if (m < known) sums[known + m] = sums[m] + v;
                if (!both) continue;
                w = load_(off + j * PANEL);
                ZT_UNROLL_ for (size_t m = 0; m < 8; m++) if (m < known) sums[m] += w;
            }
            if (group == 5) {
                v = load_(on + 4 * PANEL);
                ZT_UNROLL_ for (size_t m = 0; m < 16; m++) store_(table + (16 + m) * PANEL, sums[m] + v);
                if (both) w = load_(off + 4 * PANEL);
            }
            ZT_UNROLL_ for (size_t m = 0; m < 16; m++) {
                if (both && group == 5) sums[m] += w;
                store_(table + m * PANEL, sums[m]);
            }
        }
    }
}

ZT_TARGET_ static void build_tables_(size_t group, size_t groups, int both, room_ room) {
    if (group == 5)
        both ? build_tables_as_(5, groups, 1, room) : build_tables_as_(5, groups, 0, room);
    else
        both ? build_tables_as_(4, groups, 1, room) : build_tables_as_(4, groups, 0, room);
}

/* Adds entries of the groups [0, groups) by the low bits of the words. */
ZT_INLINE_ void look_up_(size_t group, size_t groups, size_t together, const uint64_t *words,
                         const zt_real_ *tables, vec_ sums[TOGETHER][PARTS]) {
    size_t entries = (size_t)1 << group;
    ZT_UNROLL_ for (size_t g = 0; g < groups; g++) {
        ZT_UNROLL_ for (size_t o = 0; o < together; o++) {
            /* The offset in bytes, LINE = 2^6: a shift and a mask. */
            uint64_t moved = group * g >= 6 ? words[o] >> (group * g - 6) : words[o] << (6 - group * g);
            size_t offset = g * entries * LINE + (moved & (entries - 1) * LINE);
            const zt_real_ *entry = (const zt_real_ *)((const char *)tables + offset);
            ZT_UNROLL_ for (size_t part = 0; part < PARTS; part++) sums[o][part] +=
                load_(entry + part * LANES);
        }
    }
}

ZT_INLINE_ void add_outputs_(size_t group, size_t groups, size_t full, int fresh, size_t together,
                             const uint64_t *bits, size_t bit_stride, const zt_real_ *tables,
                             zt_real_ *panel) {
    uint64_t words[TOGETHER];
    vec_ sums[TOGETHER][PARTS];
    ZT_UNROLL_ for (size_t o = 0; o < together; o++) {
        words[o] = bits[o * bit_stride];
        ZT_UNROLL_ for (size_t part = 0; part < PARTS; part++) sums[o][part] =
            fresh ? zero_() : load_(panel + o * PANEL + part * LANES);
    }
    if (full != 0) {
        look_up_(group, full, together, words, tables, sums);
    } else {
        for (size_t g = 0; g < groups; g += STEP) {
            look_up_(group, STEP, together, words, tables + (g << group) * PANEL, sums);
            ZT_UNROLL_ for (size_t o = 0; o < together; o++) words[o] >>= STEP * group;
        }
    }
    ZT_UNROLL_ for (size_t o = 0; o < together; o++) {
        ZT_UNROLL_ for (size_t part = 0; part < PARTS; part++)
            store_(panel + o * PANEL + part * LANES, sums[o][part]);
    }
}

ZT_INLINE_ void add_tile_as_(size_t group, size_t groups, size_t full, int fresh, size_t outputs,
                             const uint64_t *bits, size_t bit_stride, const zt_real_ *tables,
                             zt_real_ *panel) {
    size_t o = 0;
    for (; o + TOGETHER <= outputs; o += TOGETHER)
        add_outputs_(group, groups, full, fresh, TOGETHER, bits + o * bit_stride, bit_stride, tables,
                     panel + o * PANEL);
    for (; o < outputs; o++)
        add_outputs_(group, groups, full, fresh, 1, bits + o * bit_stride, bit_stride, tables,
                     panel + o * PANEL);
}

/* Whole tiles, nearly all the work, have their groups unrolled. */
ZT_TARGET_ static void add_tile_(size_t group, size_t groups, int fresh, size_t outputs, const uint64_t *bits,
                                 size_t bit_stride, const zt_real_ *tables, zt_real_ *panel) {
    if (group == 5 && groups == 13)
        add_tile_as_(5, 13, 13, fresh, outputs, bits, bit_stride, tables, panel);
    else if (group == 4 && groups == 16)
        add_tile_as_(4, 16, 16, fresh, outputs, bits, bit_stride, tables, panel);
    else if (group == 5)
        add_tile_as_(5, groups, 0, fresh, outputs, bits, bit_stride, tables, panel);
    else
        add_tile_as_(4, groups, 0, fresh, outputs, bits, bit_stride, tables, panel);
}

/* The tile from input i on for one panel of the outputs [first, first + count). */
ZT_TARGET_ static void sum_tile_(const zt_inputs_ *in, const zt_outputs_ *out, size_t group, size_t first,
                                 size_t count, size_t i, size_t column, zt_real_ *panel, room_ room) {
    size_t width = in->columns - column < PANEL ? in->columns - column : PANEL;
    size_t inputs = in->count - i < ZT_TILE_ ? in->count - i : ZT_TILE_;
    size_t groups = (inputs + group - 1) / group;
    if (groups * group < ZT_TILE_) groups = (groups + STEP - 1) / STEP * STEP;
    load_inputs_(in, i, inputs, groups * group, column, room);
    build_tables_(group, groups, in->off != 0, room);
    int last = i + ZT_TILE_ >= in->count;
    /* The last pass stops often enough to find its panel in the first-level cache. */
    size_t stop = last ? ZT_FINISH_ : count;
    for (size_t o = 0; o < count; o += stop) {
        size_t some = count - o < stop ? count - o : stop;
        add_tile_(group, groups, i == 0, some, out->bits + (first + o) * out->bit_stride + i / ZT_TILE_,
                  out->bit_stride, room.tables, panel + o * PANEL);
        if (last) finish_(out, first + o, some, column, 1, width, panel + o * PANEL);
    }
}

ZT_TARGET_ static void sum_by_tables_(const zt_inputs_ *in, const zt_outputs_ *out, size_t group,
                                      size_t first, size_t last, zt_real_ *workspace) {
    room_ room = divide_(workspace);
    size_t panels = (in->columns + PANEL - 1) / PANEL;
    for (size_t o = first; o < last; o += ZT_BLOCK_) {
        size_t count = last - o < ZT_BLOCK_ ? last - o : ZT_BLOCK_;
        /* Of few outputs there is room for all panels: then every row is read once, for the inputs may be far away.
         * The additions are the same. */
        size_t together = count * panels <= ZT_BLOCK_ ? panels : 1;
        for (size_t p = 0; p < panels; p += together)
            for (size_t i = 0; i < in->count; i += ZT_TILE_)
                for (size_t j = 0; j < together; j++)
                    sum_tile_(in, out, group, o, count, i, (p + j) * PANEL, room.panel + j * count * PANEL,
                              room);
    }
}
