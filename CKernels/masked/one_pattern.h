/*
 * The products of a single pattern. Forward, f_k is on or off times x_k . u: a dense product with a vector, of which
 * the samples that are not selected need nothing with off = 0. Adjoint, for few columns that are turned by a
 * permutation, the selected samples are added a vector at a time.
 */
#include "roles.h"
#include "room.h"
#include "turn.h"

enum { ROWS_AT_ONCE = 4 };

/* Which of LANES samples from k on, of which `count` exist, the pattern selects. */
ZT_INLINE_ mask_ selected_(const zt_outputs_ *out, size_t k, size_t count) {
    enum { PER_LINE = 64 / WORD_BITS };
    vec_ bits[LANES];
    if (out->bit_stride == 1)
        turn_rows_((const zt_real_ *)(out->bits + k), PER_LINE, count, PER_LINE, bits);
    else
        turn_rows_((const zt_real_ *)(out->bits + k * out->bit_stride), out->bit_stride * PER_LINE, count, 1,
                   bits);
    return have_(words_of_(bits[0]), bit_(0));
}

/* f of LANES samples with at most LANES columns, a sample in every lane. weights are [column], times on and times off. */
ZT_INLINE_ void fit_lanes_(const zt_inputs_ *in, const zt_outputs_ *out, size_t k, size_t count,
                           size_t columns, const zt_real_ *on, const zt_real_ *off) {
    vec_ x[LANES], fit = zero_();
    mask_ selected = selected_(out, k, count);
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
        mask_ some = below_(columns - c);
        vec_ weights = load_part_(w + c, some);
        ZT_UNROLL_ for (size_t i = 0; i < ROWS_AT_ONCE; i++) sums[i] =
            fma_(load_part_(x[i] + c, some), weights, sums[i]);
    }
    ZT_UNROLL_ for (size_t i = 0; i < ROWS_AT_ONCE; i++) out->rows[k[i] * out->row_stride] = sum_(sums[i]);
}

/* The first bits of at most 64 lines, as a word. */
ZT_INLINE_ uint64_t first_bits_(const zt_outputs_ *out, size_t first, size_t count) {
    uint64_t word = 0;
    const uint64_t *lines = out->bits + first * out->bit_stride;
    if (out->bit_stride == 1) {
        for (size_t k = 0; k < count; k += LANES)
            word |= (uint64_t)bits_(selected_(out, first + k, count - k)) << k;
    } else {
        for (size_t k = 0; k < count; k++) word |= (lines[k * out->bit_stride] & 1) << k;
    }
    return word;
}

/* The samples first + k over the set bits k of the word, four at a time; the last one stands in for those that lack. */
ZT_INLINE_ void dot_selected_(const zt_outputs_ *out, size_t first, uint64_t word, size_t columns,
                              const zt_real_ *w) {
    while (word != 0) {
        size_t chosen[ROWS_AT_ONCE];
        ZT_UNROLL_ for (size_t i = 0; i < ROWS_AT_ONCE; i++) {
            chosen[i] = word != 0 ? first + (size_t)__builtin_ctzll(word) : chosen[i - 1];
            word &= word - 1;
        }
        dot_rows_(out, chosen, columns, w);
    }
}

/* slope u, in the room given unless the slope is 1. */
ZT_INLINE_ const zt_real_ *weigh_columns_(const zt_inputs_ *in, zt_real_ slope, zt_real_ *room) {
    if (slope == 1) return in->rows;
    for (size_t c = 0; c < in->columns; c += LANES) {
        mask_ some = below_(in->columns - c);
        store_part_(room + c, some, mul_(splat_(slope), load_part_(in->rows + c, some)));
    }
    return room;
}

/* At most ZT_PATTERN_COLUMNS_ columns: the weights take the room of the panel. */
ZT_TARGET_ static void fit_one_pattern_(const zt_inputs_ *in, const zt_outputs_ *out, size_t first,
                                        size_t last, zt_real_ *workspace) {
    zt_real_ *room = divide_(workspace).panel;
    const zt_real_ *on = weigh_columns_(in, in->on, room);
    const zt_real_ *off = in->off == 0 ? NULL : weigh_columns_(in, in->off, room + ZT_PATTERN_COLUMNS_);
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
            size_t count = last - k < 64 ? last - k : 64;
            uint64_t word = first_bits_(out, k, count), all = UINT64_MAX >> (64 - count);
            if (in->off != 0)
                dot_selected_(out, k, ~word & all, in->columns, off);
            else
                for (size_t o = k; o < k + count; o++) out->rows[o * out->row_stride] = 0;
            dot_selected_(out, k, word, in->columns, on);
        }
    }
}

/* g = sum of on r_k x_k over the selected samples, with off = 0: a sample in every lane. */
ZT_INLINE_ void sum_lanes_(const zt_inputs_ *in, const zt_outputs_ *out, size_t columns) {
    vec_ sums[LANES], on = splat_(in->on);
    ZT_UNROLL_ for (size_t c = 0; c < columns; c++) sums[c] = zero_();
    for (size_t k = 0; k < in->count; k += LANES) {
        vec_ x[LANES];
        mask_ selected = mask_of_(out->bits[k / 64] >> k % 64);
        vec_ r = mul_(load_part_(in->scales + k, below_(in->count - k)), on);
        turn_rows_(in->rows + k * columns, columns, in->count - k, columns, x);
        ZT_UNROLL_ for (size_t c = 0; c < columns; c++) sums[c] =
            add_(sums[c], keep_(selected, mul_(x[c], r)));
    }
    ZT_UNROLL_ for (size_t c = 0; c < columns; c++) out->rows[c] = sum_(sums[c]);
}

/* At most ZT_FEW_COLUMNS_ columns, nor more than LANES, without gaps between the rows. */
ZT_TARGET_ static void sum_one_pattern_(const zt_inputs_ *in, const zt_outputs_ *out) {
    if (in->columns == 1)
        sum_lanes_(in, out, 1);
    else if (in->columns == 2)
        sum_lanes_(in, out, 2);
#if !ZT_PAIRS_
    else if (in->columns == 3)
        sum_lanes_(in, out, 3);
    else
        sum_lanes_(in, out, 4);
#endif
}
