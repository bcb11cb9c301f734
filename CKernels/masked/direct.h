/*
 * Bits times dense without tables, for few outputs: the rows of the selected inputs, one after the other. A bit that
 * is not set costs nothing, so half the multiply-adds of a dense product remain.
 */
#include "finish.h"
#include "room.h"

enum {
    WIDE = 4,  /* Panels whose sums are kept in registers. */
    WORDS = 4, /* Words of a line that are finished for all outputs before the next: their rows stay near. */
    ROWS = 64  /* Outputs whose sums are in the workspace at the same time. */
};

/* sums += the scaled rows of the inputs `first + j` over the set bits j of the word. */
ZT_INLINE_ void add_rows_(const zt_inputs_ *in, uint64_t word, size_t first, size_t column, size_t panels,
                          size_t width, zt_real_ weight, vec_ *sums) {
    for (; word != 0; word &= word - 1) {
        size_t i = first + (size_t)__builtin_ctzll(word);
        const zt_real_ *row = in->rows + i * in->row_stride + column;
        zt_real_ scale = in->scales != NULL ? in->scales[i * in->scale_stride] * weight : weight;
        ZT_UNROLL_ for (size_t j = 0; j < panels * PARTS; j++) sums[j] +=
            load_columns_(row + j / PARTS * PANEL, width, j % PARTS) * scale;
    }
}

/* One chunk of `panels` panels for the inputs [from, to), from a multiple of 64 on. */
ZT_INLINE_ void add_words_(const zt_inputs_ *in, const uint64_t *line, size_t from, size_t to, size_t column,
                           size_t panels, size_t width, vec_ *sums, int fresh) {
    if (fresh) {
        ZT_UNROLL_ for (size_t j = 0; j < panels * PARTS; j++) sums[j] = zero_();
    }
    for (size_t i = from; i < to; i += ZT_TILE_) {
        uint64_t word = line[i / ZT_TILE_];
        add_rows_(in, word, i, column, panels, width, in->on, sums);
        if (in->off == 0) continue;
        uint64_t exist = in->count - i < ZT_TILE_ ? ((uint64_t)1 << (in->count - i)) - 1 : UINT64_MAX;
        add_rows_(in, ~word & exist, i, column, panels, width, in->off, sums);
    }
}

ZT_INLINE_ void add_inputs_as_(const zt_inputs_ *in, const uint64_t *line, size_t from, size_t to,
                               size_t column, size_t panels, size_t width, zt_real_ *panel) {
    vec_ sums[WIDE * PARTS];
    if (from != 0) {
        ZT_UNROLL_ for (size_t j = 0; j < panels * PARTS; j++) sums[j] = load_(panel + j * LANES);
    }
    add_words_(in, line, from, to, column, panels, width, sums, from == 0);
    ZT_UNROLL_ for (size_t j = 0; j < panels * PARTS; j++) store_(panel + j * LANES, sums[j]);
}

/* `panels` is 4 or 1; of a single panel `width` columns may be fewer than all. */
ZT_TARGET_ static void add_inputs_(const zt_inputs_ *in, const uint64_t *line, size_t from, size_t to,
                                   size_t column, size_t panels, size_t width, zt_real_ *panel) {
    if (panels == WIDE)
        add_inputs_as_(in, line, from, to, column, WIDE, PANEL, panel);
    else if (width == PANEL)
        add_inputs_as_(in, line, from, to, column, 1, PANEL, panel);
    else
        add_inputs_as_(in, line, from, to, column, 1, width, panel);
}

/* f_k = x_k . w_k with the sums in registers throughout, where a line has few words. */
ZT_TARGET_ static void fit_directly_(const zt_inputs_ *in, const zt_outputs_ *out, size_t first,
                                     size_t last) {
    for (size_t k = first; k < last; k++) {
        const uint64_t *line = out->bits + k * out->bit_stride;
        vec_ fit = zero_(), w[WIDE * PARTS];
        size_t column = 0;
        for (; column + WIDE * PANEL <= in->columns; column += WIDE * PANEL) {
            add_words_(in, line, 0, in->count, column, WIDE, PANEL, w, 1);
            const zt_real_ *x = out->x + k * out->x_stride + column;
            ZT_UNROLL_ for (size_t j = 0; j < WIDE * PARTS; j++) fit +=
                load_columns_(x + j / PARTS * PANEL, PANEL, j % PARTS) * w[j];
        }
        for (; column < in->columns; column += PANEL) {
            size_t width = in->columns - column < PANEL ? in->columns - column : PANEL;
            add_words_(in, line, 0, in->count, column, 1, width, w, 1);
            const zt_real_ *x = out->x + k * out->x_stride + column;
            ZT_UNROLL_ for (size_t j = 0; j < PARTS; j++) fit += load_columns_(x, width, j) * w[j];
        }
        out->rows[k * out->row_stride] = sum_(fit);
    }
}

ZT_TARGET_ static void sum_directly_(const zt_inputs_ *in, const zt_outputs_ *out, size_t first, size_t last,
                                     zt_real_ *workspace) {
    if (out->x != NULL && in->count <= WORDS * ZT_TILE_) {
        fit_directly_(in, out, first, last);
        return;
    }
    zt_real_ *panel = divide_(workspace).panel;
    for (size_t o = first; o < last; o += ROWS) {
        size_t count = last - o < ROWS ? last - o : ROWS;
        for (size_t column = 0, panels; column < in->columns; column += panels * PANEL) {
            panels = in->columns - column >= WIDE * PANEL ? WIDE : 1;
            size_t width = in->columns - column < PANEL ? in->columns - column : PANEL;
            for (size_t from = 0; from < in->count; from += WORDS * ZT_TILE_) {
                size_t to = in->count - from < WORDS * ZT_TILE_ ? in->count : from + WORDS * ZT_TILE_;
                for (size_t j = 0; j < count; j++)
                    add_inputs_(in, out->bits + (o + j) * out->bit_stride, from, to, column, panels, width,
                                panel + j * panels * PANEL);
            }
            finish_(out, o, count, column, panels, width, panel);
        }
    }
}
