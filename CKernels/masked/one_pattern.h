/*
 * The forward product of a single pattern: f_k is on or off times x_k . u, a dense product with a vector of which the
 * samples that are not selected need nothing with off = 0.
 */
#include "roles.h"
#include "room.h"
#include "turn.h"

enum { ROWS_AT_ONCE = 4 };

/* f of LANES samples with at most LANES columns, a sample in every lane. weights are [column], times on and times off. */
ZT_INLINE_ void fit_lanes_(const zt_inputs_ *in, const zt_outputs_ *out, size_t k, size_t count,
                           size_t columns, const zt_real_ *on, const zt_real_ *off) {
    enum { PER_LINE = 64 / WORD_BITS };
    vec_ x[LANES], bits[LANES], fit = zero_();
    if (out->bit_stride == 1)
        turn_rows_((const zt_real_ *)(out->bits + k), PER_LINE, count, PER_LINE, bits);
    else
        turn_rows_((const zt_real_ *)(out->bits + k * out->bit_stride), out->bit_stride * PER_LINE, count, 1,
                   bits);
    mask_ selected = have_(words_of_(bits[0]), bit_(0));
    turn_rows_(out->x + k * out->x_stride, out->x_stride, count, columns, x);
    if (in->off == 0) {
        ZT_UNROLL_ for (size_t c = 0; c < LANES; c++) if (c < columns) fit = fma_(x[c], splat_(on[c]), fit);
        fit = keep_(selected, fit);
    } else {
        ZT_UNROLL_ for (size_t c = 0; c < LANES; c++) if (c < columns) fit =
            fma_(x[c], select_(selected, splat_(on[c]), splat_(off[c])), fit);
    }
    if (out->row_stride == 1) {
        store_part_(out->rows + k, below_(count), fit);
    } else {
        zt_real_ lanes[LANES];
        store_(lanes, fit);
        for (size_t o = 0; o < LANES && o < count; o++) out->rows[(k + o) * out->row_stride] = lanes[o];
    }
}

ZT_INLINE_ void fit_dense_lanes_(const zt_inputs_ *in, const zt_outputs_ *out, size_t k, size_t columns,
                                 const zt_real_ *on) {
    zt_outputs_ dense = *out;
    zt_inputs_ gates = *in;
    dense.bit_stride = dense.row_stride = 1;
    dense.x_stride = columns;
    gates.off = 0;
    fit_lanes_(&gates, &dense, k, LANES, columns, on, NULL);
}

/* x_k . w for the samples k[0], ..., k[3]. */
ZT_INLINE_ void dot_rows_(const zt_outputs_ *out, const size_t *k, size_t columns, const zt_real_ *w) {
    vec_ sums[ROWS_AT_ONCE];
    const zt_real_ *x[ROWS_AT_ONCE];
    ZT_UNROLL_ for (size_t i = 0; i < ROWS_AT_ONCE; i++) {
        x[i] = out->x + k[i] * out->x_stride;
        sums[i] = zero_();
    }
    size_t c = 0;
    for (; c + LANES <= columns; c += LANES) {
        vec_ weights = load_(w + c);
        ZT_UNROLL_ for (size_t i = 0; i < ROWS_AT_ONCE; i++) sums[i] =
            fma_(load_(x[i] + c), weights, sums[i]);
    }
    if (c < columns) {
        vec_ weights = load_(w + c);
        ZT_UNROLL_ for (size_t i = 0; i < ROWS_AT_ONCE; i++) sums[i] =
            fma_(load_part_(x[i] + c, below_(columns - c)), weights, sums[i]);
    }
    ZT_UNROLL_ for (size_t i = 0; i < ROWS_AT_ONCE; i++) out->rows[k[i] * out->row_stride] = sum_(sums[i]);
}

/* The samples [first, last) whose first bit is `bit`, four at a time; the last one stands in for those that lack. */
ZT_INLINE_ void dot_selected_(const zt_outputs_ *out, size_t first, size_t last, uint64_t bit, size_t columns,
                              const zt_real_ *w) {
    size_t chosen[64 + ROWS_AT_ONCE], count = 0;
    for (size_t k = first; k < last; k++) {
        chosen[count] = k;
        count += (out->bits[k * out->bit_stride] & 1) == bit;
    }
    if (count == 0) return;
    for (size_t i = 0; i < ROWS_AT_ONCE; i++) chosen[count + i] = chosen[count - 1];
    for (size_t i = 0; i < count; i += ROWS_AT_ONCE) dot_rows_(out, chosen + i, columns, w);
}

/* weights = slope u, zeros up to a whole vector. */
ZT_INLINE_ void weigh_columns_(const zt_inputs_ *in, zt_real_ slope, zt_real_ *weights) {
    for (size_t c = 0; c < in->columns; c += LANES)
        store_(weights + c, mul_(splat_(slope), load_part_(in->rows + c, below_(in->columns - c))));
}

/* At most ZT_PATTERN_COLUMNS_ columns: the weights take the room of the panel. */
ZT_TARGET_ static void fit_one_pattern_(const zt_inputs_ *in, const zt_outputs_ *out, size_t first,
                                        size_t last, zt_real_ *workspace) {
    zt_real_ *on = divide_(workspace).panel, *off = on + ZT_PATTERN_COLUMNS_;
    weigh_columns_(in, in->on, on);
    if (in->off != 0) weigh_columns_(in, in->off, off);
    size_t columns = in->columns;
    if (columns <= LANES) {
        size_t k = first;
        if (out->bit_stride == 1 && out->row_stride == 1 && out->x_stride == columns && in->off == 0) {
            /* Nothing but whole vectors, for the few columns that are turned by a permutation. */
            for (; columns == 1 && k + LANES <= last; k += LANES) fit_dense_lanes_(in, out, k, 1, on);
            for (; columns == 2 && k + LANES <= last; k += LANES) fit_dense_lanes_(in, out, k, 2, on);
            for (; columns == 3 && k + LANES <= last; k += LANES) fit_dense_lanes_(in, out, k, 3, on);
            for (; columns == 4 && k + LANES <= last; k += LANES) fit_dense_lanes_(in, out, k, 4, on);
        }
        for (; k < last; k += LANES) fit_lanes_(in, out, k, last - k, columns, on, off);
    } else {
        for (size_t k = first; k < last; k += 64) {
            size_t end = last - k < 64 ? last : k + 64;
            dot_selected_(out, k, end, 1, in->columns, on);
            if (in->off != 0) {
                dot_selected_(out, k, end, 0, in->columns, off);
                continue;
            }
            for (size_t o = k; o < end; o++)
                if (!(out->bits[o * out->bit_stride] & 1)) out->rows[o * out->row_stride] = 0;
        }
    }
}
