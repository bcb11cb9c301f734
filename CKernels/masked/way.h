/* The kernel that the cost model chooses. */
#ifndef ZT_WAY_H
#define ZT_WAY_H

#include "by_lanes.h"
#include "by_outputs.h"
#include "by_tiles.h"
#include "cost.h"
#include "direct.h"
#include "one_pattern.h"
#include "subsets.h"

/* All outputs [first, last). */
ZT_TARGET_ static void sum_outputs_(zt_way_ way, const zt_inputs_ *in, const zt_outputs_ *out, size_t first,
                                    size_t last, zt_real_ *workspace) {
    switch (way) {
    case ZT_DIRECTLY_:
        sum_directly_(in, out, first, last, workspace);
        break;
    case ZT_BY_LANES_:
        sum_by_lanes_(in, out, first, last, workspace);
        break;
    case ZT_BY_OUTPUTS_:
        sum_by_outputs_(in, out, first, last, workspace);
        break;
    case ZT_BY_TILES_:
        sum_by_tiles_(in, out, first, last);
        break;
    case ZT_ONE_PATTERN_:
        if (out->x != NULL)
            fit_one_pattern_(in, out, first, last, workspace);
        else if (first < last && in->row_stride == in->columns && in->scale_stride == 1)
            sum_one_pattern_(in, out);
        else
            sum_directly_(in, out, first, last, workspace);
        break;
    default:
        sum_by_tables_(in, out, way == ZT_GROUPS_OF_4_ ? 4 : 5, first, last, workspace);
    }
}

#endif
