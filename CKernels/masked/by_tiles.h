/*
 * An adjoint product of few outputs as a dense product is done, with the mask in it: tiles of four outputs by some panels of
 * columns stay in registers, the scaled row of every input is added to the outputs that select it. Masks come from the bits,
 * without a jump that depends on them; what is not selected is not touched. Only for off = 0.
 */
#include "finish.h"

enum { TILE_OUTPUTS = 4 };

/* The outputs [first, first + outputs) of the columns [column, ...): `panels` panels, of which the last has `width`. */
ZT_INLINE_ void sum_tile_as_(const zt_inputs_ *in, const zt_outputs_ *out, size_t first, size_t outputs,
                             size_t column, size_t panels, size_t width) {
    vec_ sums[TILE_OUTPUTS][TILE_PANELS * PARTS], one = one_();
    ZT_UNROLL_ for (size_t o = 0; o < outputs; o++) {
        ZT_UNROLL_ for (size_t j = 0; j < panels * PARTS; j++) sums[o][j] = zero_();
    }
    const uint64_t *lines = out->bits + first * out->bit_stride;
    for (size_t i = 0; i < in->count; i += ZT_TILE_) {
        uint64_t words[TILE_OUTPUTS];
        ZT_UNROLL_ for (size_t o = 0; o < outputs; o++) words[o] = lines[o * out->bit_stride + i / ZT_TILE_];
        size_t end = in->count - i < ZT_TILE_ ? in->count : i + ZT_TILE_;
        for (size_t k = i; k < end; k++) {
            const zt_real_ *row = in->rows + k * in->row_stride + column;
            vec_ scale = splat_(in->scales[k * in->scale_stride] * in->on), rows[TILE_PANELS * PARTS];
            ZT_UNROLL_ for (size_t j = 0; j < panels * PARTS; j++) rows[j] =
                mul_(load_columns_(row + j / PARTS * PANEL, width_at_(j, panels, width), j % PARTS), scale);
            ZT_UNROLL_ for (size_t o = 0; o < outputs; o++) {
                mask_ mask = mask_of_(-(words[o] & 1));
                words[o] >>= 1;
                ZT_UNROLL_ for (size_t j = 0; j < panels * PARTS; j++) sums[o][j] =
                    (o + j) % 2 ? add_product_(sums[o][j], mask, rows[j], one)
                                : add_chosen_(sums[o][j], mask, rows[j]);
            }
        }
    }
    ZT_UNROLL_ for (size_t o = 0; o < outputs; o++) {
        zt_real_ *row = out->rows + (first + o) * out->row_stride + column;
        ZT_UNROLL_ for (size_t j = 0; j < panels * PARTS; j++)
            store_columns_(row + j / PARTS * PANEL, width_at_(j, panels, width), j % PARTS, sums[o][j]);
    }
}

#define ZT_SUM_TILE_(panels)                                                                                 \
    ZT_TARGET_ __attribute__((noinline)) static void sum_tiles_##panels##_(                                  \
        const zt_inputs_ *in, const zt_outputs_ *out, size_t first, size_t last, size_t column,              \
        size_t width) {                                                                                      \
        size_t o = first;                                                                                    \
        for (; o + TILE_OUTPUTS <= last; o += TILE_OUTPUTS)                                                  \
            sum_tile_as_(in, out, o, TILE_OUTPUTS, column, panels, width);                                   \
        for (; o < last; o++) sum_tile_as_(in, out, o, 1, column, panels, width);                            \
    }
ZT_SUM_TILE_(1)
#if ZT_WIDE_VECTORS_
ZT_SUM_TILE_(2)
ZT_SUM_TILE_(3)
ZT_SUM_TILE_(4)
#endif

typedef void sum_tiles_fn_(const zt_inputs_ *in, const zt_outputs_ *out, size_t first, size_t last,
                           size_t column, size_t width);
static sum_tiles_fn_ *const sum_tiles_[] = {
    NULL,         sum_tiles_1_,
#if ZT_WIDE_VECTORS_
    sum_tiles_2_, sum_tiles_3_, sum_tiles_4_,
#endif
};

ZT_TARGET_ static void sum_by_tiles_(const zt_inputs_ *in, const zt_outputs_ *out, size_t first,
                                     size_t last) {
    for (size_t column = 0; column < in->columns;) {
        part_ part = part_at_(in->columns, column, TILE_PANELS);
        sum_tiles_[part.panels](in, out, first, last, column, part.width);
        column += part.panels * PANEL;
    }
}
