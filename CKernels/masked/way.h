/* The kernel that the cost model chooses. */
#ifndef ZT_WAY_H
#define ZT_WAY_H
#include "by_lanes.h"
#include "cost.h"
#include "direct.h"
#include "subsets.h"

/* All outputs [first, last). */
ZT_TARGET_ static void sum_outputs_(zt_way_ way, const zt_inputs_ *in, const zt_outputs_ *out, size_t first,
                                    size_t last, zt_real_ *workspace) {
    if (in->count == 0) {
        /* Sums of nothing; those of a forward product are set by the caller. */
        for (size_t o = first; out->x == NULL && o < last; o++)
            for (size_t c = 0; c < in->columns; c++) out->rows[o * out->row_stride + c] = 0;
    } else if (way == ZT_DIRECTLY_) {
        sum_directly_(in, out, first, last, workspace);
    } else if (way == ZT_BY_LANES_) {
        sum_by_lanes_(in, out, first, last, workspace);
    } else {
        sum_by_tables_(in, out, way == ZT_GROUPS_OF_4_ ? 4 : 5, first, last, workspace);
    }
}

#endif
