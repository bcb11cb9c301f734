/*
 * Bits times dense with an input in every lane, for few columns: a panel of columns would be mostly empty there. A word of
 * a line becomes a mask of 64 lanes, and what it does not select is cleared, not multiplied by zero, so that a NaN
 * goes nowhere else. The work is that of a dense product. Only for off = 0.
 */
#include "finish.h"
#include "room.h"
#include "turn.h"

enum { VECTORS = ZT_TILE_ / LANES /* of a whole tile */ };

/* on scale_j of LANES inputs, as far as they exist. */
ZT_INLINE_ vec_ load_scales_(const zt_inputs_ *in, size_t first, size_t count) {
    if (in->scales == NULL) return splat_(in->on);
    const zt_real_ *scales = in->scales + first * in->scale_stride;
    if (in->scale_stride == 1) return mul_(load_part_(scales, below_(count)), splat_(in->on));
    zt_real_ lanes[LANES] = {0};
    for (size_t j = 0; j < LANES && j < count; j++) lanes[j] = scales[j * in->scale_stride];
    return mul_(load_(lanes), splat_(in->on));
}

/* turned[c][j] = on scale_j row_j[c] for the inputs [first, first + count), zeros up to whole vectors. */
ZT_INLINE_ void turn_inputs_as_(const zt_inputs_ *in, size_t first, size_t count, size_t columns,
                                zt_real_ *turned) {
    for (size_t j = 0; j < count; j += LANES) {
        vec_ scales = load_scales_(in, first + j, count - j);
        const zt_real_ *rows = in->rows + (first + j) * in->row_stride;
        for (size_t c = 0; c < columns; c += LANES) {
            vec_ some[LANES];
            size_t width = columns - c < LANES ? columns - c : LANES;
            turn_rows_(rows + c, in->row_stride, count - j, width, some);
            ZT_UNROLL_ for (size_t i = 0; i < LANES; i++) if (i < width)
                store_(turned + (c + i) * ZT_TILE_ + j, mul_(some[i], scales));
        }
    }
}

ZT_TARGET_ static void turn_inputs_(const zt_inputs_ *in, size_t first, size_t count, zt_real_ *turned) {
    if (in->columns == 1)
        turn_inputs_as_(in, first, count, 1, turned);
    else
        turn_inputs_as_(in, first, count, in->columns, turned);
}

/* sums[c] += the selected of turned[c], for every column: an adjoint product. */
ZT_INLINE_ void add_columns_(uint64_t word, size_t vectors, size_t columns, int fresh, const zt_real_ *turned,
                             zt_real_ *sums) {
    mask_ masks[VECTORS];
    ZT_UNROLL_ for (size_t j = 0; j < VECTORS; j++) masks[j] =
        j < vectors ? mask_of_(word >> j * LANES) : mask_of_(0);
    for (size_t c = 0; c < columns; c++) {
        vec_ sum = fresh ? zero_() : load_(sums + c * LANES);
        ZT_UNROLL_ for (size_t j = 0; j < vectors; j++) sum +=
            keep_(masks[j], load_(turned + c * ZT_TILE_ + j * LANES));
        store_(sums + c * LANES, sum);
    }
}

/* sums += the selected of x . u_i, for one sample x: a forward product. */
ZT_INLINE_ void add_dots_(uint64_t word, size_t vectors, size_t columns, int fresh, const zt_real_ *x,
                          const zt_real_ *turned, zt_real_ *sums) {
    vec_ dots[VECTORS];
    ZT_UNROLL_ for (size_t j = 0; j < VECTORS; j++) dots[j] = zero_();
    for (size_t c = 0; c < columns; c++) {
        ZT_UNROLL_ for (size_t j = 0; j < vectors; j++) dots[j] +=
            load_(turned + c * ZT_TILE_ + j * LANES) * x[c];
    }
    vec_ sum = fresh ? zero_() : load_(sums);
    ZT_UNROLL_ for (size_t j = 0; j < vectors; j++) sum += keep_(mask_of_(word >> j * LANES), dots[j]);
    store_(sums, sum);
}

/* One tile of inputs for the outputs [first, first + count): `vectors` of it exist. */
ZT_INLINE_ void add_lanes_as_(const zt_inputs_ *in, const zt_outputs_ *out, size_t first, size_t count,
                              size_t input, size_t vectors, const zt_real_ *turned, zt_real_ *sums) {
    for (size_t j = first; j < first + count; j++) {
        uint64_t word = out->bits[j * out->bit_stride + input / ZT_TILE_];
        if (out->x != NULL) {
            add_dots_(word, vectors, in->columns, input == 0, out->x + j * out->x_stride, turned, sums);
            sums += LANES;
        } else {
            add_columns_(word, vectors, in->columns, input == 0, turned, sums);
            sums += in->columns * LANES;
        }
    }
}

/* Whole tiles, and the single vector that is frequent in small products, have their loops unrolled. */
ZT_TARGET_ static void add_lanes_(const zt_inputs_ *in, const zt_outputs_ *out, size_t first, size_t count,
                                  size_t input, size_t vectors, const zt_real_ *turned, zt_real_ *sums) {
    if (vectors == VECTORS)
        add_lanes_as_(in, out, first, count, input, VECTORS, turned, sums);
    else if (vectors == 1)
        add_lanes_as_(in, out, first, count, input, 1, turned, sums);
    else
        add_lanes_as_(in, out, first, count, input, vectors, turned, sums);
}

/* At most ZT_LANE_COLUMNS_ columns: turned takes the room of the tables, the sums that of the panel. */
ZT_TARGET_ static void sum_by_lanes_(const zt_inputs_ *in, const zt_outputs_ *out, size_t first, size_t last,
                                     zt_real_ *workspace) {
    room_ room = divide_(workspace);
    size_t sums = out->x != NULL ? 1 : in->columns, block = ZT_BLOCK_ / sums;
    for (size_t o = first; o < last; o += block) {
        size_t count = last - o < block ? last - o : block;
        for (size_t i = 0; i < in->count; i += ZT_TILE_) {
            size_t inputs = in->count - i < ZT_TILE_ ? in->count - i : ZT_TILE_;
            size_t vectors = (inputs + LANES - 1) / LANES;
            turn_inputs_(in, i, inputs, room.tables);
            add_lanes_(in, out, o, count, i, vectors, room.tables, room.panel);
        }
        for (size_t j = 0; j < count; j++)
            for (size_t c = 0; c < sums; c++)
                out->rows[(o + j) * out->row_stride + c] = sum_(load_(room.panel + (j * sums + c) * LANES));
    }
}
