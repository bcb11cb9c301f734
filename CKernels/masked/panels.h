/*
 * Panels of columns: one cache line of a row, in whole vectors of lanes/. A file includes the vectors of its instruction set
 * before the masked products, whose text they serve.
 */
#ifndef ZT_PANELS_H
#define ZT_PANELS_H

#include "lanes/words.h"
#include "precision.h"
#include "workspace.h"

#define ZT_UNROLL_ _Pragma("GCC unroll 16")

enum {
    LINE = ZT_LINE_,
    PANEL = LINE / sizeof(zt_real_),
    PARTS = PANEL / LANES,
    TILE_PANELS = PARTS == 1 ? 4 : 1, /* Of a tile of four outputs, whose sums stay in registers. */
};

/* Part `part` of a panel of which `width` columns exist; zeros behind them. */
ZT_INLINE_ vec_ load_columns_(const zt_real_ *p, size_t width, size_t part) {
    if (width >= (part + 1) * LANES) return load_(p + part * LANES);
    return width > part * LANES ? load_part_(p + part * LANES, below_(width - part * LANES)) : zero_();
}

ZT_INLINE_ void store_columns_(zt_real_ *p, size_t width, size_t part, vec_ v) {
    if (width >= (part + 1) * LANES)
        store_(p + part * LANES, v);
    else if (width > part * LANES)
        store_part_(p + part * LANES, below_(width - part * LANES), v);
}

#endif
