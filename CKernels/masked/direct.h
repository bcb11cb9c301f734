/*
 * Bits times dense without tables, for few outputs: the rows of the selected inputs, one after the other. A bit that
 * is not set costs nothing, so half the multiply-adds of a dense product remain.
 */
#include "finish.h"
#include "room.h"

enum {
    WIDE = ZT_WIDE_,
    ROWS = 64 /* Outputs whose sums are in the workspace at the same time. */
};

/* Panels that are taken together: the columns in as few parts as possible, all about as wide. */
ZT_INLINE_ size_t panels_(size_t columns) {
    size_t all = (columns + PANEL - 1) / PANEL, parts = (all + WIDE - 1) / WIDE;
    return (all + parts - 1) / parts;
}

/* sums += the scaled rows of the inputs `first + j` over the set bits j of the word. */
ZT_INLINE_ void add_rows_(const zt_inputs_ *in, uint64_t word, size_t first, size_t column, size_t panels,
                          size_t width, zt_real_ weight, vec_ *sums) {
    const zt_real_ *rows = in->rows + first * in->row_stride + column, *scales = in->scales;
    size_t stride = in->row_stride, scale_stride = in->scale_stride;
    if (scales != NULL) scales += first * scale_stride;
    for (; word != 0; word &= word - 1) {
        size_t i = (size_t)__builtin_ctzll(word);
        const zt_real_ *row = rows + i * stride;
        vec_ scale = splat_(scales != NULL ? scales[i * scale_stride] * weight : weight);
        ZT_UNROLL_ for (size_t j = 0; j < panels * PARTS; j++) sums[j] = fma_(
            load_columns_(row + j / PARTS * PANEL, width_at_(j, panels, width), j % PARTS), scale, sums[j]);
    }
}

/* `panels` panels, of which the last has `width` columns, for the inputs [from, to), from a multiple of 64 on. */
ZT_INLINE_ void add_words_(const zt_inputs_ *in, const uint64_t *line, size_t from, size_t to, size_t column,
                           size_t panels, size_t width, vec_ *sums) {
    for (size_t i = from; i < to; i += ZT_TILE_) {
        uint64_t word = line[i / ZT_TILE_];
        add_rows_(in, word, i, column, panels, width, in->on, sums);
        if (in->off == 0) continue;
        uint64_t exist = in->count - i < ZT_TILE_ ? ((uint64_t)1 << (in->count - i)) - 1 : UINT64_MAX;
        add_rows_(in, ~word & exist, i, column, panels, width, in->off, sums);
    }
}

/* The outputs [first, first + count), of which the panel keeps the sums between the first inputs and the last; those
 * of an adjoint product end in its rows. */
ZT_INLINE_ void add_inputs_(const zt_inputs_ *in, const zt_outputs_ *out, size_t first, size_t count,
                            size_t from, size_t to, size_t column, size_t panels, size_t width,
                            zt_real_ *panel) {
    for (size_t o = first; o < first + count; o++, panel += panels * PANEL) {
        vec_ sums[WIDE * PARTS];
        ZT_UNROLL_ for (size_t j = 0; j < panels * PARTS; j++) sums[j] =
            from == 0 ? zero_() : load_(panel + j * LANES);
        add_words_(in, out->bits + o * out->bit_stride, from, to, column, panels, width, sums);
        zt_real_ *row = out->rows + o * out->row_stride + column;
        if (to == in->count && out->x == NULL) {
            ZT_UNROLL_ for (size_t j = 0; j < panels * PARTS; j++)
                store_columns_(row + j / PARTS * PANEL, width_at_(j, panels, width), j % PARTS, sums[j]);
        } else {
            ZT_UNROLL_ for (size_t j = 0; j < panels * PARTS; j++) store_(panel + j * LANES, sums[j]);
        }
    }
}

/* f_k += what the panels give to x_k . w_k, for lines of few words: the sums never leave the registers. */
ZT_INLINE_ void fit_inputs_(const zt_inputs_ *in, const zt_outputs_ *out, size_t first, size_t last,
                            size_t column, size_t panels, size_t width) {
    for (size_t k = first; k < last; k++) {
        const zt_real_ *x = out->x + k * out->x_stride + column;
        vec_ w[WIDE * PARTS], fit = zero_();
        ZT_UNROLL_ for (size_t j = 0; j < panels * PARTS; j++) w[j] = zero_();
        add_words_(in, out->bits + k * out->bit_stride, 0, in->count, column, panels, width, w);
        ZT_UNROLL_ for (size_t j = 0; j < panels * PARTS; j++) fit =
            fma_(load_columns_(x + j / PARTS * PANEL, width_at_(j, panels, width), j % PARTS), w[j], fit);
        zt_real_ *f = out->rows + k * out->row_stride;
        *f = column == 0 ? sum_(fit) : *f + sum_(fit);
    }
}

/* One function for every number of panels. */
#define ZT_DIRECT_(panels)                                                                                   \
    ZT_TARGET_ static void add_inputs_##panels##_(const zt_inputs_ *in, const zt_outputs_ *out,              \
                                                  size_t first, size_t count, size_t from, size_t to,        \
                                                  size_t column, size_t width, zt_real_ *panel) {            \
        if (width == PANEL)                                                                                  \
            add_inputs_(in, out, first, count, from, to, column, panels, PANEL, panel);                      \
        else                                                                                                 \
            add_inputs_(in, out, first, count, from, to, column, panels, width, panel);                      \
    }                                                                                                        \
    ZT_TARGET_ static void fit_inputs_##panels##_(const zt_inputs_ *in, const zt_outputs_ *out,              \
                                                  size_t first, size_t last, size_t column, size_t width) {  \
        if (width == PANEL)                                                                                  \
            fit_inputs_(in, out, first, last, column, panels, PANEL);                                        \
        else                                                                                                 \
            fit_inputs_(in, out, first, last, column, panels, width);                                        \
    }
ZT_DIRECT_(1)
ZT_DIRECT_(2)
ZT_DIRECT_(3)
ZT_DIRECT_(4)
ZT_DIRECT_(5)
ZT_DIRECT_(6)

typedef void add_inputs_fn_(const zt_inputs_ *in, const zt_outputs_ *out, size_t first, size_t count,
                            size_t from, size_t to, size_t column, size_t width, zt_real_ *panel);
typedef void fit_inputs_fn_(const zt_inputs_ *in, const zt_outputs_ *out, size_t first, size_t last,
                            size_t column, size_t width);
static add_inputs_fn_ *const add_inputs_of_[WIDE + 1] = {
    NULL, add_inputs_1_, add_inputs_2_, add_inputs_3_, add_inputs_4_, add_inputs_5_, add_inputs_6_};
static fit_inputs_fn_ *const fit_inputs_of_[WIDE + 1] = {
    NULL, fit_inputs_1_, fit_inputs_2_, fit_inputs_3_, fit_inputs_4_, fit_inputs_5_, fit_inputs_6_};

ZT_TARGET_ static void fit_directly_(const zt_inputs_ *in, const zt_outputs_ *out, size_t first,
                                     size_t last) {
    size_t most = panels_(in->columns);
    for (size_t column = 0; column < in->columns;) {
        part_ part = part_at_(in->columns, column, most);
        fit_inputs_of_[part.panels](in, out, first, last, column, part.width);
        column += part.panels * PANEL;
    }
}

ZT_TARGET_ static void sum_directly_(const zt_inputs_ *in, const zt_outputs_ *out, size_t first, size_t last,
                                     zt_real_ *workspace) {
    size_t most = panels_(in->columns);
    /* Inputs that are finished for all outputs before the next: their rows stay near. */
    size_t inputs = (most > 3 ? 1 : most > 1 ? 2 : 4) * ZT_TILE_;
    if (out->x != NULL && in->count <= 4 * ZT_TILE_) {
        fit_directly_(in, out, first, last);
        return;
    }
    zt_real_ *panel = divide_(workspace).panel;
    for (size_t o = first; o < last; o += ROWS) {
        size_t count = last - o < ROWS ? last - o : ROWS;
        for (size_t column = 0; column < in->columns;) {
            part_ part = part_at_(in->columns, column, most);
            for (size_t from = 0; from < in->count; from += inputs) {
                size_t to = in->count - from < inputs ? in->count : from + inputs;
                add_inputs_of_[part.panels](in, out, o, count, from, to, column, part.width, panel);
            }
            if (out->x != NULL) finish_(out, o, count, column, part.panels, part.width, panel);
            column += part.panels * PANEL;
        }
    }
}
