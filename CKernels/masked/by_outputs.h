/*
 * Bits times dense with an output in every lane, for shapes where tables in memory do not pay: few outputs, few inputs or
 * few columns. A bit of every output's line is a mask of lanes, and a masked addition stands for a multiply-add of a
 * dense product: what is not selected is not touched, so that a NaN goes nowhere else. Sums of several vectors of
 * outputs and several columns stay in registers. Only for off = 0.
 *
 * Where there are permutations of whole registers, four inputs at a time become a table of their 16 sums, that four or
 * eight vectors of outputs look up at once; it is built where it is used and never stored.
 *
 * An output is the sum of its inputs in order, by parts that depend on the shape alone.
 */
#include "roles.h"
#include "room.h"
#include "turn.h"

enum {
    CHUNK = 256, /* Inputs whose copies stay in the first-level cache. */
    CHUNK_WORDS = CHUNK / WORD_BITS,
    MOST_COLUMNS = 8 /* Columns that are summed together. */
};

/* copies[i][c] = scale_i on row_i[c] for columns [column, column + width), and zero rows up to whole groups of four. */
ZT_TARGET_ __attribute__((noinline)) static void copy_inputs_(const zt_inputs_ *in, size_t first,
                                                              size_t count, size_t column, size_t width,
                                                              zt_real_ *copies) {
    size_t stride = in->row_stride;
    for (size_t part = 0; part * LANES < width; part++) {
        const zt_real_ *rows = in->rows + first * stride + column + part * LANES;
        zt_real_ *copy = copies + part * LANES;
        mask_ columns = below_(width - part * LANES);
        vec_ on = splat_(in->on);
        size_t i = 0;
        if (in->scales != NULL) {
            const zt_real_ *scales = in->scales + first * in->scale_stride;
            for (; i < count; i++)
                store_(copy + i * PANEL, mul_(load_part_(rows + i * stride, columns),
                                              mul_(splat_(scales[i * in->scale_stride]), on)));
        } else {
            for (; i < count; i++) store_(copy + i * PANEL, mul_(load_part_(rows + i * stride, columns), on));
        }
        for (; i % 4 != 0; i++) store_(copy + i * PANEL, zero_());
    }
}

/* turned[vector][word][lane] of a chunk of `count` inputs: bits of LANES lines side by side, in words of WORD_BITS. */
ZT_INLINE_ void turn_bits_(const uint64_t *lines, size_t stride, size_t count, size_t outputs,
                           zt_real_ *turned) {
    enum { PER_LINE = 64 / WORD_BITS };
    size_t words = (count + 63) / 64 * PER_LINE;
    for (size_t o = 0; o < outputs; o += LANES) {
        for (size_t w = 0; w < words; w += LANES) {
            vec_ bits[LANES];
            size_t some = words - w < LANES ? words - w : LANES;
            turn_rows_((const zt_real_ *)(lines + o * stride) + w, stride * PER_LINE, outputs - o, some,
                       bits);
            ZT_UNROLL_ for (size_t j = 0; j < LANES; j++) if (j < some)
                store_(turned + (o / LANES * CHUNK_WORDS + w + j) * LANES, bits[j]);
        }
    }
}

/* One word of every line: `count` inputs. */
ZT_INLINE_ void add_word_(size_t vectors, size_t columns, const zt_real_ *copies, size_t count, words_ *words,
                          vec_ one, vec_ sums[MOST_COLUMNS][8]) {
#ifdef ZT_TABLES_IN_REGISTERS_
    for (size_t i = 0; i < count; i += 4) {
        ZT_UNROLL_ for (size_t c = 0; c < columns; c++) {
            const zt_real_ *four = copies + i * PANEL + c;
            table_ table = table_of_(four[0], four[PANEL], four[2 * PANEL], four[3 * PANEL], one);
            ZT_UNROLL_ for (size_t v = 0; v < vectors; v++) {
                vec_ found = from_table_(table, words[v]);
                sums[c][v] = v % 4 == 3 ? fma_(found, one, sums[c][v]) : add_(sums[c][v], found);
            }
        }
        ZT_UNROLL_ for (size_t v = 0; v < vectors; v++) words[v] = next_four_(words[v]);
    }
#else
    words_ bit = bit_(0);
    for (size_t i = 0; i < count; i++) {
        mask_ masks[8];
        ZT_UNROLL_ for (size_t v = 0; v < vectors; v++) masks[v] = have_(words[v], bit);
        ZT_UNROLL_ for (size_t c = 0; c < columns; c++) {
            vec_ input = splat_(copies[i * PANEL + c]);
            ZT_UNROLL_ for (size_t v = 0; v < vectors; v++) sums[c][v] =
                (c + v) % 2 ? add_product_(sums[c][v], masks[v], input, one)
                            : add_chosen_(sums[c][v], masks[v], input);
        }
        bit = next_bit_(bit);
    }
#endif
}

/* A chunk of `count` inputs for vectors of outputs; bits is [vector][word][lane], panel [column][vector][lane]. */
ZT_INLINE_ void add_chunk_as_(size_t vectors, size_t columns, const zt_real_ *copies, size_t count,
                              const zt_real_ *bits, int fresh, zt_real_ *panel) {
    vec_ sums[MOST_COLUMNS][8], one = one_();
    ZT_UNROLL_ for (size_t c = 0; c < columns; c++) {
        ZT_UNROLL_ for (size_t v = 0; v < vectors; v++) sums[c][v] =
            fresh ? zero_() : load_(panel + (c * vectors + v) * LANES);
    }
    for (size_t i = 0; i < count; i += WORD_BITS) {
        words_ words[8];
        ZT_UNROLL_ for (size_t v = 0; v < vectors; v++) words[v] =
            words_of_(load_(bits + v * CHUNK_WORDS * LANES));
        add_word_(vectors, columns, copies + i * PANEL, count - i < WORD_BITS ? count - i : WORD_BITS, words,
                  one, sums);
        bits += LANES;
    }
    ZT_UNROLL_ for (size_t c = 0; c < columns; c++) {
        ZT_UNROLL_ for (size_t v = 0; v < vectors; v++) store_(panel + (c * vectors + v) * LANES, sums[c][v]);
    }
}

/* Functions of their own, for the sake of the registers. */
#define ZT_ADD_CHUNK_(vectors, columns)                                                                      \
    ZT_TARGET_ __attribute__((noinline)) static void add_chunk_##vectors##_##columns##_(                     \
        const zt_real_ *copies, size_t count, const zt_real_ *bits, int fresh, zt_real_ *panel) {            \
        add_chunk_as_(vectors, columns, copies, count, bits, fresh, panel);                                  \
    }
ZT_ADD_CHUNK_(1, 1)
ZT_ADD_CHUNK_(1, 2)
ZT_ADD_CHUNK_(1, 4)
ZT_ADD_CHUNK_(1, 8)
ZT_ADD_CHUNK_(2, 1)
ZT_ADD_CHUNK_(2, 2)
ZT_ADD_CHUNK_(2, 4)
ZT_ADD_CHUNK_(2, 8)
ZT_ADD_CHUNK_(4, 1)
ZT_ADD_CHUNK_(4, 2)
ZT_ADD_CHUNK_(4, 4)
ZT_ADD_CHUNK_(8, 1)
ZT_ADD_CHUNK_(8, 2)

typedef void add_chunk_fn_(const zt_real_ *copies, size_t count, const zt_real_ *bits, int fresh,
                           zt_real_ *panel);

/* By the logarithms of vectors and columns; as many columns as the registers hold sums of. */
static add_chunk_fn_ *const add_chunk_[4][4] = {
    {add_chunk_1_1_, add_chunk_1_2_, add_chunk_1_4_, add_chunk_1_8_},
    {add_chunk_2_1_, add_chunk_2_2_, add_chunk_2_4_, add_chunk_2_8_},
    {add_chunk_4_1_, add_chunk_4_2_, add_chunk_4_4_, add_chunk_4_4_},
    {add_chunk_8_1_, add_chunk_8_2_, add_chunk_8_2_, add_chunk_8_2_},
};

/* The vectors of a block for `outputs` outputs: a power of two, as a logarithm. */
ZT_INLINE_ size_t block_(size_t outputs) {
    size_t vectors = (outputs + LANES - 1) / LANES;
#ifdef ZT_TABLES_IN_REGISTERS_
    if (vectors >= 6) return 3;
#endif
    return vectors >= 4 ? 2 : vectors >= 2 ? 1 : 0;
}

/* A block of at most 2^log vectors of outputs: the sums of all columns of a panel. */
ZT_INLINE_ void add_columns_of_(size_t log, size_t width, const zt_real_ *copies, size_t count,
                                const zt_real_ *bits, int fresh, zt_real_ *panel) {
    size_t most = log == 3 ? 1 : log == 2 ? 2 : 3;
    for (size_t c = 0; c < width;) {
        size_t few = most;
        while ((size_t)1 << few > width - c) few--;
        add_chunk_[log][few](copies + c, count, bits, fresh, panel + (c * LANES << log));
        c += (size_t)1 << few;
    }
}

/* The sums of the first `outputs` lanes, `vectors` a column, as rows of `width` columns. */
ZT_INLINE_ void store_block_(const zt_outputs_ *out, size_t first, size_t outputs, size_t column,
                             size_t width, size_t vectors, const zt_real_ *panel) {
    for (size_t o = 0; o < outputs; o += LANES) {
        for (size_t c = 0; c < width; c += LANES) {
            vec_ sums[LANES];
            ZT_UNROLL_ for (size_t j = 0; j < LANES; j++) sums[j] =
                c + j < width ? load_(panel + (c + j) * vectors * LANES + o) : zero_();
            store_turned_(sums, outputs - o, width - c,
                          out->rows + (first + o) * out->row_stride + column + c, out->row_stride);
        }
    }
}

/* f_k += x_k . w_k over the columns of the panel; the first ones begin the sum. */
ZT_INLINE_ void dot_block_(const zt_outputs_ *out, size_t first, size_t outputs, size_t column, size_t width,
                           size_t vectors, const zt_real_ *panel) {
    for (size_t o = 0; o < outputs; o += LANES) {
        zt_real_ lanes[LANES], *f = out->rows + (first + o) * out->row_stride;
        size_t count = outputs - o < LANES ? outputs - o : LANES;
        vec_ fit = zero_();
        if (column > 0) {
            for (size_t k = 0; k < count; k++) lanes[k] = f[k * out->row_stride];
            fit = load_part_(lanes, below_(count));
        }
        for (size_t c = 0; c < width; c += LANES) {
            vec_ x[LANES];
            size_t some = width - c < LANES ? width - c : LANES;
            turn_rows_(out->x + (first + o) * out->x_stride + column + c, out->x_stride, count, some, x);
            if (some == LANES) {
                ZT_UNROLL_ for (size_t j = 0; j < LANES; j++) fit =
                    fma_(x[j], load_(panel + (c + j) * vectors * LANES + o), fit);
            } else {
                ZT_UNROLL_ for (size_t j = 0; j < LANES; j++) if (j < some) fit =
                    fma_(x[j], load_(panel + (c + j) * vectors * LANES + o), fit);
            }
        }
        if (out->row_stride == 1) {
            store_part_(f, below_(count), fit);
        } else {
            store_(lanes, fit);
            for (size_t k = 0; k < count; k++) f[k * out->row_stride] = lanes[k];
        }
    }
}

ZT_TARGET_ static void sum_by_outputs_(const zt_inputs_ *in, const zt_outputs_ *out, size_t first,
                                       size_t last, zt_real_ *workspace) {
    room_ room = divide_(workspace);
    for (size_t o = first; o < last; o += ZT_BLOCK_) {
        size_t count = last - o < ZT_BLOCK_ ? last - o : ZT_BLOCK_;
        for (size_t column = 0; column < in->columns; column += PANEL) {
            size_t width = in->columns - column < PANEL ? in->columns - column : PANEL;
            for (size_t i = 0; i < in->count; i += CHUNK) {
                size_t inputs = in->count - i < CHUNK ? in->count - i : CHUNK;
                copy_inputs_(in, i, inputs, column, width, room.tables);
                for (size_t j = 0; j < count;) {
                    size_t log = block_(count - j), lanes = (size_t)LANES << log;
                    size_t outputs = count - j < lanes ? count - j : lanes;
                    zt_real_ *panel = room.panel + j * PANEL;
                    turn_bits_(out->bits + (o + j) * out->bit_stride + i / ZT_TILE_, out->bit_stride, inputs,
                               outputs, room.off);
                    add_columns_of_(log, width, room.tables, inputs, room.off, i == 0, panel);
                    if (i + CHUNK >= in->count) {
                        if (out->x != NULL)
                            dot_block_(out, o + j, outputs, column, width, (size_t)1 << log, panel);
                        else
                            store_block_(out, o + j, outputs, column, width, (size_t)1 << log, panel);
                    }
                    j += outputs;
                }
            }
        }
    }
}
