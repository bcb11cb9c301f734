/* Columns of a few rows as vectors: lanes become rows. */
#ifndef ZT_TURN_H
#define ZT_TURN_H

#include "panels.h"

#ifdef ZT_UNPACKS_
/* Rows of `width` numbers without gaps. */
ZT_INLINE_ void unpack_rows_(const zt_real_ *rows, size_t count, size_t width, vec_ turned[LANES]) {
    vec_ packed[4];
    size_t numbers = count < LANES ? count * width : LANES * width;
    ZT_UNROLL_ for (size_t j = 0; j < width; j++) packed[j] =
        load_part_(rows + j * LANES, numbers > j * LANES ? below_(numbers - j * LANES) : below_(0));
    ZT_UNROLL_ for (size_t c = 0; c < width; c++) turned[c] = unpack_(packed, width, c);
}
#endif

/* turned[c] = column c of the first `count` rows, at most LANES of them and of `width` columns; 0 elsewhere. */
ZT_INLINE_ void turn_rows_(const zt_real_ *rows, size_t stride, size_t count, size_t width,
                           vec_ turned[LANES]) {
    mask_ columns = below_(width);
    ZT_UNROLL_ for (size_t c = 0; c < LANES; c++) turned[c] = zero_();
    if (width == 1 && stride == 1) {
        turned[0] = load_part_(rows, below_(count));
        return;
    }
#ifdef ZT_UNPACKS_
    if (stride == width && width <= 4) {
        if (width == 2)
            unpack_rows_(rows, count, 2, turned);
        else if (width == 3)
            unpack_rows_(rows, count, 3, turned);
        else
            unpack_rows_(rows, count, 4, turned);
        return;
    }
#endif
    if (count >= LANES) {
        ZT_UNROLL_ for (size_t k = 0; k < LANES; k++) turned[k] = load_part_(rows + k * stride, columns);
    } else {
        ZT_UNROLL_ for (size_t k = 0; k < LANES; k++) turned[k] =
            k < count ? load_part_(rows + k * stride, columns) : zero_();
    }
    transpose_(turned);
}

/* Row k of the result is lane k of the columns; `turned` is overwritten. */
ZT_INLINE_ void store_turned_(vec_ turned[LANES], size_t count, size_t width, zt_real_ *rows, size_t stride) {
    mask_ columns = below_(width);
    if (width == 1 && stride == 1) {
        store_part_(rows, below_(count), turned[0]);
        return;
    }
    transpose_(turned);
    if (count >= LANES) {
        ZT_UNROLL_ for (size_t k = 0; k < LANES; k++) store_part_(rows + k * stride, columns, turned[k]);
    } else {
        ZT_UNROLL_ for (size_t k = 0; k < LANES; k++) if (k < count)
            store_part_(rows + k * stride, columns, turned[k]);
    }
}

#endif
