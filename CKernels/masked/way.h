/* Which kernel a product takes. It depends on the shape of the map alone: ranges and threads change no bit. */
#ifndef ZT_WAY_H
#define ZT_WAY_H

#include "direct.h"
#include "subsets.h"

typedef enum { ZT_DIRECTLY_, ZT_GROUPS_OF_4_, ZT_GROUPS_OF_5_ } zt_way_;

/* Processor cycles of one tile of 64 inputs and one panel of columns, roughly, for all outputs. */
static inline zt_way_ zt_way_of_(size_t outputs, size_t inputs, size_t columns) {
    size_t tile = inputs < ZT_TILE_ ? inputs : ZT_TILE_;
    (void)columns;
    double share = (double)tile / ZT_TILE_, o = (double)outputs;
    double directly = o * (20 + 32 * share * 1.5);
    double fours = share * (128 + 16 * (36 + 1.3 * o)) + 4 * o;
    double fives = share * (128 + 13 * (70 + 1.3 * o)) + 4 * o;
    if (directly <= fours && directly <= fives) return ZT_DIRECTLY_;
    return fours <= fives ? ZT_GROUPS_OF_4_ : ZT_GROUPS_OF_5_;
}

/* All outputs [first, last). */
ZT_TARGET_ static void sum_(zt_way_ way, const zt_inputs_ *in, const zt_outputs_ *out, size_t first,
                            size_t last, zt_real_ *workspace) {
    if (in->count == 0) {
        /* Sums of nothing; those of a forward product are set by the caller. */
        for (size_t o = first; out->x == NULL && o < last; o++)
            for (size_t c = 0; c < in->columns; c++) out->rows[o * out->row_stride + c] = 0;
    } else if (way == ZT_DIRECTLY_) {
        sum_directly_(in, out, first, last, workspace);
    } else {
        sum_by_tables_(in, out, way == ZT_GROUPS_OF_4_ ? 4 : 5, first, last, workspace);
    }
}

#endif
