/*
 * Masked products by subset-sum tables in registers: sixteen outputs in the lanes.
 *
 * Five inputs of one column have 32 subset sums, which are two registers; the five bits of sixteen outputs
 * are an index vector; one permutation of the two registers looks all sixteen up, one addition stands for
 * 80 fused multiply-adds. Six groups of bits share a 32-bit lane and are shifted into place one after the
 * other. Tables of 240 inputs and 4 columns take 24 KB and stay in the first-level cache while a block of
 * outputs streams by, four columns by four vectors of them in registers.
 *
 * Beside tables in memory this has no panel of sixteen columns to fill: it wins for few columns.
 *
 * Lines of bits are cut into fields of 30 with the outputs side by side, once a tile of inputs and for all
 * columns. An output is the sum of its tiles in order, the same whatever the range of outputs.
 */
#include "avx512.h"

#include "kernel_table.h"
#include "masked/registers.h"

#if defined(__x86_64__)
#include "masked/fields.h"
#include "masked/register_sums.h"

/* One quad: columns [j, j + count) of output o. */
typedef struct {
    size_t o, j, count;
} quad_;

static quad_ quad_at_(size_t index, size_t d) {
    size_t each = (d + ZT_QUAD_ - 1) / ZT_QUAD_, j = index % each * ZT_QUAD_;
    return (quad_){.o = index / each, .j = j, .count = least_(ZT_QUAD_, d - j)};
}

/* Inputs come 16 columns at a time: whether those of this quad have to be loaded, and where they begin. */
static int starts_inputs_(quad_ quad, size_t q, size_t start) {
    return q == start || quad.j % LANES == 0;
}
static size_t inputs_start_(quad_ quad) {
    return quad.j / LANES * LANES;
}

/* From the column `column` of the loaded ones on. */
static slopes_ slopes_at_(const zt_masked_f32 *map, size_t column, const room_ *room) {
    return (slopes_){room->on + column, map->off == 0 ? NULL : room->off + column};
}

/* ---------------------------------------------------------------------------------------------- adjoint */

/* Rows of the result from the panel, 4 x 4 numbers at a time. */
ZT_AVX512_COUNTS_ static void store_panel_(size_t outputs, size_t columns, size_t block, const float *panel,
                                           float *g, size_t g_stride) {
    __mmask8 mask = (__mmask8)((1u << columns) - 1);
    for (size_t o = 0; o < outputs; o += 4) {
        __m128 rows[4] = {_mm_load_ps(panel + o), _mm_setzero_ps(), _mm_setzero_ps(), _mm_setzero_ps()};
        for (size_t c = 1; c < columns; c++) rows[c] = _mm_load_ps(panel + c * block + o);
        _MM_TRANSPOSE4_PS(rows[0], rows[1], rows[2], rows[3]);
        for (size_t i = 0; i < least_(4, outputs - o); i++)
            _mm_mask_storeu_ps(g + (o + i) * g_stride, mask, rows[i]);
    }
}

void zt_masked_adjoint_f32_registers_avx512_(const zt_masked_f32 *map, size_t first, size_t last,
                                             const float *r, size_t r_stride, float *g, size_t g_stride,
                                             float *workspace) {
    size_t n = map->samples, d = map->features, quads = (d + ZT_QUAD_ - 1) / ZT_QUAD_ * map->outputs;
    room_ room = divide_(workspace, zt_register_quads_(map->outputs, d), 0, map->patterns);
    if (quads == 0) return;
    for (size_t i = first; i < last; i += room.block) {
        size_t outputs = least_(room.block, last - i);
        const uint64_t *lines = map->pattern_bits + i * map->pattern_bit_stride;
        for (size_t start = 0; start < quads; start += room.quads) {
            size_t end = least_(quads, start + room.quads);
            for (size_t j = 0; j < (end - start) * ZT_QUAD_ * room.block; j++) room.panel[j] = 0;
            for (size_t k = 0; k < n; k += ZT_REGISTER_TILE_) {
                size_t count = least_(ZT_REGISTER_TILE_, n - k),
                       fields = (count + ZT_FIELD_BITS_ - 1) / ZT_FIELD_BITS_;
                cut_fields_(outputs, k, n, lines, map->pattern_bit_stride, room);
                for (size_t q = start; q < end; q++) {
                    quad_ quad = quad_at_(q, d);
                    size_t from = inputs_start_(quad);
                    if (starts_inputs_(quad, q, start))
                        load_slopes_(count, least_(LANES, d - from), map->x + k * map->x_stride + from,
                                     map->x_stride, map->on, map->off, r + k * r_stride + quad.o, r_stride,
                                     &room);
                    build_tables_(fields * GROUPS, quad.count, slopes_at_(map, quad.j - from, &room),
                                  room.tables);
                    stream_panel_[quad.count](outputs, fields, &room,
                                              room.panel + (q - start) * ZT_QUAD_ * room.block);
                }
            }
            for (size_t q = start; q < end; q++) {
                quad_ quad = quad_at_(q, d);
                store_panel_(outputs, quad.count, room.block,
                             room.panel + (q - start) * ZT_QUAD_ * room.block,
                             g + i * g_stride + quad.o * d + quad.j, g_stride);
            }
        }
    }
}

/* ---------------------------------------------------------------------------------------------- forward */

/* Columns [j, j + columns) of `samples` rows, turned; zero up to whole vectors. */
ZT_AVX512_COUNTS_ static void turn_rows_(size_t samples, size_t columns, const float *x, size_t stride,
                                         size_t block, float *panel) {
    __mmask8 mask = (__mmask8)((1u << columns) - 1);
    for (size_t k = 0; k < (samples + LANES - 1) / LANES * LANES; k += 4) {
        __m128 rows[4];
        for (size_t i = 0; i < 4; i++)
            rows[i] = k + i < samples ? _mm_maskz_loadu_ps(mask, x + (k + i) * stride) : _mm_setzero_ps();
        _MM_TRANSPOSE4_PS(rows[0], rows[1], rows[2], rows[3]);
        for (size_t c = 0; c < columns; c++) _mm_store_ps(panel + c * block + k, rows[c]);
    }
}

/* The features of quads [start, end) for outputs [o, o + outputs) of a block of samples, added to the sums. */
static void add_quads_(const zt_masked_f32 *map, size_t k, size_t samples, size_t start, size_t end, size_t o,
                       size_t outputs, const float *u, size_t u_stride, room_ room) {
    size_t d = map->features, p = map->patterns;
    for (size_t q = start; q < end; q++) {
        quad_ quad = quad_at_(q, d);
        float *panel = room.panel + (q - start) * ZT_QUAD_ * room.block;
        turn_rows_(samples, quad.count, map->x + k * map->x_stride + quad.j, map->x_stride, room.block,
                   panel);
    }
    for (size_t i = 0; i < p; i += ZT_REGISTER_TILE_) {
        size_t count = least_(ZT_REGISTER_TILE_, p - i),
               fields = (count + ZT_FIELD_BITS_ - 1) / ZT_FIELD_BITS_;
        cut_fields_(samples, i, p, map->sample_bits + k * map->sample_bit_stride, map->sample_bit_stride,
                    room);
        for (size_t j = 0; j < outputs; j++) {
            room_ one = room;
            one.sums = room.sums + j * room.block;
            for (size_t q = start; q < end; q++) {
                quad_ quad = quad_at_(q, d);
                size_t from = inputs_start_(quad);
                if (starts_inputs_(quad, q, start))
                    load_slopes_(count, least_(LANES, d - from), u + i * u_stride + (o + j) * d + from,
                                 u_stride, map->on, map->off, NULL, 0, &room);
                build_tables_(fields * GROUPS, quad.count, slopes_at_(map, quad.j - from, &room),
                              room.tables);
                stream_sums_[quad.count](samples, fields, &one,
                                         room.panel + (q - start) * ZT_QUAD_ * room.block);
            }
        }
    }
}

/* An infinity in x_k meets zero sums of tiles that select nothing: where a sum is not finite the definition
 * decides what it is. */
static void store_sums_(const zt_masked_f32 *map, size_t k, size_t samples, size_t o, size_t outputs,
                        const float *u, size_t u_stride, float *f, size_t f_stride, room_ room) {
    for (size_t lane = 0; lane < samples; lane++) {
        int finite = 1;
        for (size_t j = 0; j < outputs; j++) {
            float sum = room.sums[j * room.block + lane];
            f[(k + lane) * f_stride + o + j] = sum;
            finite = finite && __builtin_isfinite(sum);
        }
        if (!finite)
            zt_masked_forward_f32_reference_(map, k + lane, k + lane + 1, u, u_stride, f, f_stride, NULL);
    }
}

void zt_masked_forward_f32_registers_avx512_(const zt_masked_f32 *map, size_t first, size_t last,
                                             const float *u, size_t u_stride, float *f, size_t f_stride,
                                             float *workspace) {
    size_t d = map->features, c = map->outputs, quads = (d + ZT_QUAD_ - 1) / ZT_QUAD_;
    size_t together = least_(c, ZT_SUMS_);
    room_ room = divide_(workspace, zt_register_quads_(1, d), together, map->samples);
    for (size_t k = first; k < last; k += room.block) {
        size_t samples = least_(room.block, last - k);
        for (size_t o = 0; o < c; o += together) {
            size_t outputs = least_(together, c - o);
            for (size_t j = 0; j < outputs * room.block; j++) room.sums[j] = 0;
            for (size_t start = 0; start < quads; start += room.quads)
                add_quads_(map, k, samples, start, least_(quads, start + room.quads), o, outputs, u, u_stride,
                           room);
            store_sums_(map, k, samples, o, outputs, u, u_stride, f, f_stride, room);
        }
    }
}

#endif
