/*
 * Masked products by subset-sum tables: bits times dense.
 *
 * Both products add up, for every output, the vectors of the inputs its bits select. Four inputs have sixteen
 * subset sums, each one addition away from a smaller one, and the four bits of an output are the index of the
 * one it needs: a single addition stands for four fused multiply-adds. A tile of 64 inputs is one word of
 * every line; its 16 tables for 8 columns take 16 KB and stay in the first-level cache while the outputs
 * stream by.
 *
 * Forward: inputs are the patterns u_i, outputs the samples, and x_k . w_k consumes the panel as soon as it
 * is complete. Adjoint: inputs are the samples r_k x_k, outputs the patterns.
 *
 * An output is the sum of its tiles in order, each the sum of its groups in order: the same additions
 * whatever the range of outputs. Entries are sums of selected inputs only, so a NaN goes nowhere else.
 */
#include "avx2.h"

#include "kernel_table.h"
#include "workspace.h"

#if defined(__x86_64__)

enum { GROUP = 4, GROUPS = ZT_TILE_ / GROUP, SUBSETS = 1 << GROUP, TOGETHER = 4 };

typedef struct {
    double *tables; /* [group][subset][column] */
    double *inputs; /* [input][column] */
    double *panel;  /* [output][column] */
} room_;

static room_ divide_(double *workspace) {
    double *start = zt_aligned_(workspace);
    return (room_){.tables = start,
                   .inputs = start + ZT_TABLES_ * ZT_PANEL_,
                   .panel = start + (ZT_TABLES_ + ZT_TILE_) * ZT_PANEL_};
}

/* Columns [c, c + 8) of `count` rows, times a scale each if there is one, and zero rows up to whole groups.
 * Columns past the last may hold anything: no output has them. */
ZT_AVX2_ static void load_inputs_(size_t count, size_t d, size_t c, const double *rows, size_t stride,
                                  const double *scales, size_t scale_stride, double *inputs) {
    __m256i low = zt_lanes_of_(d, c), high = zt_lanes_of_(d, c + 4);
    for (size_t i = 0; i < count; i++) {
        const double *row = rows + i * stride + c;
        __m256d a = _mm256_maskload_pd(row, low);
        __m256d b = d > c + 4 ? _mm256_maskload_pd(row + 4, high) : _mm256_setzero_pd();
        if (scales != NULL) {
            __m256d scale = _mm256_set1_pd(scales[i * scale_stride]);
            a = _mm256_mul_pd(scale, a);
            b = _mm256_mul_pd(scale, b);
        }
        _mm256_store_pd(inputs + i * ZT_PANEL_, a);
        _mm256_store_pd(inputs + i * ZT_PANEL_ + 4, b);
    }
    for (size_t i = count; i % GROUP != 0; i++) {
        _mm256_store_pd(inputs + i * ZT_PANEL_, _mm256_setzero_pd());
        _mm256_store_pd(inputs + i * ZT_PANEL_ + 4, _mm256_setzero_pd());
    }
}

/* Entry m of a table is the entry without the highest bit of m, plus that input. */
ZT_AVX2_ static void build_tables_(size_t groups, const double *inputs, double *tables) {
    for (size_t half = 0; half < ZT_PANEL_; half += 4) {
        for (size_t group = 0; group < groups; group++) {
            const double *input = inputs + group * GROUP * ZT_PANEL_ + half;
            double *table = tables + group * SUBSETS * ZT_PANEL_ + half;
            __m256d sums[SUBSETS];
            sums[0] = _mm256_setzero_pd();
            _Pragma("GCC unroll 4") for (size_t j = 0; j < GROUP; j++) {
                __m256d v = _mm256_load_pd(input + j * ZT_PANEL_);
                size_t known = (size_t)1 << j;
                _Pragma("GCC unroll 8") for (size_t m = 0; m < known; m++) sums[known + m] =
                    m == 0 ? v : _mm256_add_pd(sums[m], v);
            }
            _Pragma("GCC unroll 16") for (size_t m = 0; m < SUBSETS; m++)
                _mm256_store_pd(table + m * ZT_PANEL_, sums[m]);
        }
    }
}

/* Adds what one tile gives to `together` outputs; their chains of additions hide each other's latency. */
ZT_AVX2_INLINE_ void add_outputs_(size_t together, size_t groups, int wide, const uint64_t *bits,
                                  size_t bit_stride, const double *tables, double *panel) {
    uint64_t words[TOGETHER];
    __m256d low[TOGETHER], high[TOGETHER];
    _Pragma("GCC unroll 4") for (size_t o = 0; o < together; o++) {
        words[o] = bits[o * bit_stride];
        low[o] = _mm256_load_pd(panel + o * ZT_PANEL_);
        if (wide) high[o] = _mm256_load_pd(panel + o * ZT_PANEL_ + 4);
    }
    _Pragma("GCC unroll 16") for (size_t group = 0; group < groups; group++) {
        _Pragma("GCC unroll 4") for (size_t o = 0; o < together; o++) {
            size_t subset = words[o] >> (GROUP * group) & (SUBSETS - 1);
            const double *entry = tables + (group * SUBSETS + subset) * ZT_PANEL_;
            low[o] = _mm256_add_pd(low[o], _mm256_load_pd(entry));
            if (wide) high[o] = _mm256_add_pd(high[o], _mm256_load_pd(entry + 4));
        }
    }
    _Pragma("GCC unroll 4") for (size_t o = 0; o < together; o++) {
        _mm256_store_pd(panel + o * ZT_PANEL_, low[o]);
        if (wide) _mm256_store_pd(panel + o * ZT_PANEL_ + 4, high[o]);
    }
}

ZT_AVX2_INLINE_ void add_tile_as_(size_t outputs, size_t groups, int wide, const uint64_t *bits,
                                  size_t bit_stride, const double *tables, double *panel) {
    size_t o = 0;
    for (; o + TOGETHER <= outputs; o += TOGETHER)
        add_outputs_(TOGETHER, groups, wide, bits + o * bit_stride, bit_stride, tables,
                     panel + o * ZT_PANEL_);
    for (; o < outputs; o++)
        add_outputs_(1, groups, wide, bits + o * bit_stride, bit_stride, tables, panel + o * ZT_PANEL_);
}

/* Whole tiles and whole panels, nearly all the work, have their loops unrolled. */
ZT_AVX2_ static void add_tile_(size_t outputs, size_t groups, int wide, const uint64_t *bits,
                               size_t bit_stride, const double *tables, double *panel) {
    if (groups == GROUPS && wide)
        add_tile_as_(outputs, GROUPS, 1, bits, bit_stride, tables, panel);
    else if (groups == GROUPS)
        add_tile_as_(outputs, GROUPS, 0, bits, bit_stride, tables, panel);
    else
        add_tile_as_(outputs, groups, 1, bits, bit_stride, tables, panel);
}

/* panel[o] = sum over the inputs i with bit (o, i) of scale_i row_i, columns [c, c + 8). */
ZT_AVX2_ static void sum_panel_(size_t outputs, size_t inputs, size_t d, size_t c, const uint64_t *bits,
                                size_t bit_stride, const double *rows, size_t stride, const double *scales,
                                size_t scale_stride, room_ room) {
    for (size_t j = 0; j < outputs * ZT_PANEL_; j += 4) _mm256_store_pd(room.panel + j, _mm256_setzero_pd());
    for (size_t i = 0; i < inputs; i += ZT_TILE_) {
        size_t count = inputs - i < ZT_TILE_ ? inputs - i : ZT_TILE_, groups = (count + GROUP - 1) / GROUP;
        load_inputs_(count, d, c, rows + i * stride, stride,
                     scales != NULL ? scales + i * scale_stride : NULL, scale_stride, room.inputs);
        build_tables_(groups, room.inputs, room.tables);
        add_tile_(outputs, groups, d > c + 4, bits + i / ZT_TILE_, bit_stride, room.tables, room.panel);
    }
}

ZT_AVX2_ static void store_panel_(size_t outputs, size_t d, size_t c, const double *panel, double *g,
                                  size_t g_stride) {
    __m256i low = zt_lanes_of_(d, c), high = zt_lanes_of_(d, c + 4);
    for (size_t o = 0; o < outputs; o++) {
        double *row = g + o * g_stride + c;
        __m256d a = _mm256_load_pd(panel + o * ZT_PANEL_), b = _mm256_load_pd(panel + o * ZT_PANEL_ + 4);
        if (d >= c + ZT_PANEL_) { /* Masked stores are slow on some processors. */
            _mm256_storeu_pd(row, a);
            _mm256_storeu_pd(row + 4, b);
        } else {
            _mm256_maskstore_pd(row, low, a);
            if (d > c + 4) _mm256_maskstore_pd(row + 4, high, b);
        }
    }
}

/* f_k += x_k . w_k over columns [c, c + 8). */
ZT_AVX2_ static void dot_panel_(size_t samples, size_t d, size_t c, const double *x, size_t x_stride,
                                const double *panel, double *f, size_t f_stride) {
    __m256i low = zt_lanes_of_(d, c), high = zt_lanes_of_(d, c + 4);
    for (size_t k = 0; k < samples; k++) {
        const double *row = x + k * x_stride + c;
        __m256d sum = _mm256_mul_pd(_mm256_maskload_pd(row, low), _mm256_load_pd(panel + k * ZT_PANEL_));
        if (d > c + 4) {
            __m256d w = _mm256_load_pd(panel + k * ZT_PANEL_ + 4);
            sum = _mm256_fmadd_pd(_mm256_maskload_pd(row + 4, high), w, sum);
        }
        f[k * f_stride] += zt_sum_lanes_(sum);
    }
}

static int is_empty_(const uint64_t *line, size_t words) {
    for (size_t j = 0; j < words; j++)
        if (line[j] != 0) return 0;
    return 1;
}

ZT_AVX2_ void zt_masked_forward_f64_avx2_(const zt_masked_f64 *map, size_t first, size_t last,
                                          const double *u, size_t u_stride, double *f, size_t f_stride,
                                          double *workspace) {
    if (map->on != 1 || map->off != 0) {
        zt_masked_forward_f64_reference_(map, first, last, u, u_stride, f, f_stride, workspace);
        return;
    }
    room_ room = divide_(workspace);
    size_t d = map->features, p = map->patterns, bit_stride = map->sample_bit_stride;
    for (size_t k = first; k < last; k += ZT_BLOCK_) {
        size_t block = last - k < ZT_BLOCK_ ? last - k : ZT_BLOCK_;
        const uint64_t *bits = map->sample_bits + k * bit_stride;
        for (size_t o = 0; o < map->outputs; o++) {
            double *fit = f + k * f_stride + o;
            for (size_t j = 0; j < block; j++) fit[j * f_stride] = 0;
            if (p == 0) continue;
            for (size_t c = 0; c < d; c += ZT_PANEL_) {
                sum_panel_(block, p, d, c, bits, bit_stride, u + o * d, u_stride, NULL, 0, room);
                dot_panel_(block, d, c, map->x + k * map->x_stride, map->x_stride, room.panel, fit, f_stride);
            }
            /* What no pattern selects depends on nothing, not even on an infinity in its own row. */
            for (size_t j = 0; j < block; j++)
                if (is_empty_(bits + j * bit_stride, (p + 63) / 64)) fit[j * f_stride] = 0;
        }
    }
}

ZT_AVX2_ void zt_masked_adjoint_f64_avx2_(const zt_masked_f64 *map, size_t first, size_t last,
                                          const double *r, size_t r_stride, double *g, size_t g_stride,
                                          double *workspace) {
    if (map->on != 1 || map->off != 0) {
        zt_masked_adjoint_f64_reference_(map, first, last, r, r_stride, g, g_stride, workspace);
        return;
    }
    room_ room = divide_(workspace);
    size_t n = map->samples, d = map->features, bit_stride = map->pattern_bit_stride;
    for (size_t i = first; i < last; i += ZT_BLOCK_) {
        size_t block = last - i < ZT_BLOCK_ ? last - i : ZT_BLOCK_;
        const uint64_t *bits = map->pattern_bits + i * bit_stride;
        for (size_t o = 0; o < map->outputs; o++) {
            for (size_t c = 0; c < d; c += ZT_PANEL_) {
                sum_panel_(block, n, d, c, bits, bit_stride, map->x, map->x_stride, r + o, r_stride, room);
                store_panel_(block, d, c, room.panel, g + i * g_stride + o * d, g_stride);
            }
        }
    }
}

#endif
