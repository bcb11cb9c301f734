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

enum {
    LANES = 16,
    VECTORS = 4,
    TOGETHER = LANES * VECTORS,
    GROUP = 5,
    GROUPS = ZT_FIELD_BITS_ / GROUP,
    TABLE = 32 * ZT_QUAD_, /* Floats of the tables of one group. */
};

typedef struct {
    float *tables;    /* [group][column][subset] */
    float *inputs;    /* [input][column], 16 columns */
    uint32_t *fields; /* [field][lane] */
    float *panel;     /* [quad][column][lane] */
    float *sums;      /* [output][lane] */
    size_t quads, block;
} room_;

static room_ divide_(float *workspace, size_t quads, size_t sums, size_t lanes) {
    room_ room = {.quads = quads, .block = zt_register_block_(quads, lanes)};
    room.tables = (float *)(((uintptr_t)workspace + 63) & ~(uintptr_t)63);
    room.inputs = room.tables + ZT_REGISTER_TABLES_;
    room.sums = room.inputs + ZT_REGISTER_TILE_ * LANES;
    room.panel = room.sums + sums * room.block;
    room.fields = (uint32_t *)(room.panel + quads * ZT_QUAD_ * room.block);
    return room;
}

static size_t least_(size_t a, size_t b) {
    return a < b ? a : b;
}

/* ---------------------------------------------------------------------------------------- bits to fields */

/* Eight rows in the low halves and eight in the high ones, each an 8 x 8 matrix to be transposed. */
ZT_AVX512_COUNTS_INLINE_ void transpose_(__m512i rows[8]) {
    const __m512i low = _mm512_set_epi64(13, 12, 5, 4, 9, 8, 1, 0),
                  high = _mm512_set_epi64(15, 14, 7, 6, 11, 10, 3, 2);
    __m512i pairs[8], fours[8];
    _Pragma("GCC unroll 4") for (int i = 0; i < 8; i += 2) {
        pairs[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
    }
    _Pragma("GCC unroll 2") for (int i = 0; i < 8; i += 4) {
        _Pragma("GCC unroll 2") for (int h = 0; h < 2; h++) {
            fours[i + 2 * h] = _mm512_unpacklo_epi64(pairs[i + h], pairs[i + h + 2]);
            fours[i + 2 * h + 1] = _mm512_unpackhi_epi64(pairs[i + h], pairs[i + h + 2]);
        }
    }
    _Pragma("GCC unroll 4") for (int i = 0; i < 4; i++) {
        rows[i] = _mm512_permutex2var_epi64(fours[i], low, fours[i + 4]);
        rows[i + 4] = _mm512_permutex2var_epi64(fours[i], high, fours[i + 4]);
    }
}

/* Where the fields of a tile lie in the 64 bytes from its first byte on. */
typedef struct {
    size_t first_byte;
    __mmask64 bytes; /* Those that the line has. */
    __m512i places, shifts;
} cut_;

ZT_AVX512_COUNTS_INLINE_ cut_ plan_cut_(size_t first, size_t bits) {
    uint8_t places[64];
    uint64_t shifts[8];
    for (size_t j = 0; j < ZT_FIELDS_; j++) {
        size_t bit = first % 8 + j * ZT_FIELD_BITS_;
        for (size_t b = 0; b < 8; b++) places[8 * j + b] = (uint8_t)(bit / 8 + b);
        shifts[j] = bit % 8;
    }
    size_t first_byte = first / 8, left = (bits + 63) / 64 * 8 - first_byte;
    return (cut_){.first_byte = first_byte,
                  .bytes = left < 64 ? ((__mmask64)1 << left) - 1 : ~(__mmask64)0,
                  .places = _mm512_loadu_si512(places),
                  .shifts = _mm512_loadu_si512(shifts)};
}

/* Fields of the inputs [first, first + 240) of `outputs` lines of `bits` bits; those past the end are 0. */
ZT_AVX512_COUNTS_ static void cut_fields_(size_t outputs, size_t first, size_t bits, const uint64_t *lines,
                                          size_t stride, room_ room) {
    const __m512i field = _mm512_set1_epi64(((int64_t)1 << ZT_FIELD_BITS_) - 1);
    cut_ cut = plan_cut_(first, bits);
    for (size_t o = 0; o < outputs; o += LANES) {
        __m256i rows[LANES];
        _Pragma("GCC unroll 16") for (size_t i = 0; i < LANES; i++) {
            /* Lanes past the last output repeat it; nobody reads them. */
            size_t line = o + i < outputs ? o + i : outputs - 1;
            const char *start = (const char *)(lines + line * stride) + cut.first_byte;
            __m512i bytes = _mm512_maskz_loadu_epi8(cut.bytes, start);
            __m512i eight = _mm512_srlv_epi64(_mm512_permutexvar_epi8(cut.places, bytes), cut.shifts);
            rows[i] = _mm512_cvtepi64_epi32(_mm512_and_si512(eight, field));
        }
        __m512i both[8];
        _Pragma("GCC unroll 8") for (size_t i = 0; i < 8; i++) both[i] =
            _mm512_inserti64x4(_mm512_castsi256_si512(rows[i]), rows[i + 8], 1);
        transpose_(both);
        _Pragma("GCC unroll 8") for (size_t j = 0; j < ZT_FIELDS_; j++)
            _mm512_store_si512(room.fields + j * room.block + o, both[j]);
    }
}

/* ------------------------------------------------------------------------------------------------ tables */

/* At most 16 columns of `count` rows, times the weight and a scale each if there is one, and zero rows up to
 * whole fields. */
ZT_AVX512_COUNTS_ static void load_inputs_(size_t count, size_t columns, const float *rows, size_t stride,
                                           float weight, const float *scales, size_t scale_stride,
                                           float *inputs) {
    __mmask16 mask = (__mmask16)((1u << columns) - 1);
    size_t i = 0;
    for (; i < count; i++) {
        float scale = scales != NULL ? weight * scales[i * scale_stride] : weight;
        __m512 row = _mm512_maskz_loadu_ps(mask, rows + i * stride);
        _mm512_store_ps(inputs + i * LANES, _mm512_mul_ps(_mm512_set1_ps(scale), row));
    }
    for (; i % ZT_FIELD_BITS_ != 0; i++) _mm512_store_ps(inputs + i * LANES, _mm512_setzero_ps());
}

/* An addition on the ports of the multipliers, which permutations and additions leave free, is a
 * multiplication by this; it rounds the same. Opaque, or the compiler would turn it back. */
ZT_AVX512_COUNTS_INLINE_ __m512 opaque_one_(void) {
    __m512 one = _mm512_set1_ps(1);
    __asm__("" : "+v"(one));
    return one;
}

/* The subset sums of five inputs of one column. Lane m of the first register is the sum of those among the
 * first four that the bits of m select; the second has the fifth in addition. Masked additions keep a NaN
 * where it belongs. */
ZT_AVX512_COUNTS_ static void build_tables_(size_t groups, size_t columns, const float *inputs,
                                            float *tables) {
    const __m512 one = opaque_one_();
    for (size_t g = 0; g < groups; g++) {
        for (size_t c = 0; c < columns; c++) {
            const float *input = inputs + g * GROUP * LANES + c;
            float *table = tables + g * TABLE + c * 2 * LANES;
            __m512 sums = _mm512_maskz_mov_ps(0xaaaa, _mm512_set1_ps(input[0]));
            sums = _mm512_mask_add_ps(sums, 0xcccc, sums, _mm512_set1_ps(input[LANES]));
            sums = _mm512_mask3_fmadd_ps(one, _mm512_set1_ps(input[2 * LANES]), sums, 0xf0f0);
            sums = _mm512_mask_add_ps(sums, 0xff00, sums, _mm512_set1_ps(input[3 * LANES]));
            _mm512_store_ps(table, sums);
            _mm512_store_ps(table + LANES, _mm512_fmadd_ps(one, _mm512_set1_ps(input[4 * LANES]), sums));
        }
    }
}

/* --------------------------------------------------------------------------------------------- look-ups */

/* What one tile gives to `vectors` vectors of outputs, `columns` columns each, added to the sums. */
ZT_AVX512_COUNTS_INLINE_ void look_up_(size_t vectors, size_t columns, size_t fields, const uint32_t *field,
                                       size_t block, const float *tables, __m512 sums[ZT_QUAD_][VECTORS]) {
    const __m512 one = opaque_one_();
    for (size_t j = 0; j < fields; j++) {
        __m512i index[VECTORS];
        _Pragma("GCC unroll 4") for (size_t v = 0; v < vectors; v++) index[v] =
            _mm512_load_si512(field + j * block + v * LANES);
        _Pragma("GCC unroll 6") for (size_t g = 0; g < GROUPS; g++) {
            _Pragma("GCC unroll 4") for (size_t c = 0; c < columns; c++) {
                __m512 low = _mm512_load_ps(tables + c * 32), high = _mm512_load_ps(tables + c * 32 + LANES);
                _Pragma("GCC unroll 4") for (size_t v = 0; v < vectors; v++) {
                    __m512 sum = _mm512_permutex2var_ps(low, index[v], high);
                    sums[c][v] =
                        v == 3 ? _mm512_fmadd_ps(sum, one, sums[c][v]) : _mm512_add_ps(sums[c][v], sum);
                }
            }
            _Pragma("GCC unroll 4") for (size_t v = 0; v < vectors; v++) index[v] =
                _mm512_srli_epi32(index[v], GROUP);
            tables += TABLE;
        }
    }
}

/* Lanes [o, o + 16 vectors) of the sums themselves. */
ZT_AVX512_COUNTS_INLINE_ void add_to_panel_(size_t vectors, size_t columns, size_t fields, size_t o,
                                            const float *tables, room_ room, float *panel) {
    __m512 sums[ZT_QUAD_][VECTORS];
    _Pragma("GCC unroll 4") for (size_t c = 0; c < columns; c++)
        _Pragma("GCC unroll 4") for (size_t v = 0; v < vectors; v++) sums[c][v] =
            _mm512_load_ps(panel + c * room.block + o + v * LANES);
    look_up_(vectors, columns, fields, room.fields + o, room.block, tables, sums);
    _Pragma("GCC unroll 4") for (size_t c = 0; c < columns; c++)
        _Pragma("GCC unroll 4") for (size_t v = 0; v < vectors; v++)
            _mm512_store_ps(panel + c * room.block + o + v * LANES, sums[c][v]);
}

/* The same lanes of their products with the turned rows of X in the panel. */
ZT_AVX512_COUNTS_INLINE_ void add_to_sums_(size_t vectors, size_t columns, size_t fields, size_t o,
                                           const float *tables, room_ room, float *panel) {
    __m512 sums[ZT_QUAD_][VECTORS];
    _Pragma("GCC unroll 4") for (size_t c = 0; c < columns; c++)
        _Pragma("GCC unroll 4") for (size_t v = 0; v < vectors; v++) sums[c][v] = _mm512_setzero_ps();
    look_up_(vectors, columns, fields, room.fields + o, room.block, tables, sums);
    _Pragma("GCC unroll 4") for (size_t v = 0; v < vectors; v++) {
        __m512 total = _mm512_load_ps(room.sums + o + v * LANES);
        _Pragma("GCC unroll 4") for (size_t c = 0; c < columns; c++) total =
            _mm512_fmadd_ps(_mm512_load_ps(panel + c * room.block + o + v * LANES), sums[c][v], total);
        _mm512_store_ps(room.sums + o + v * LANES, total);
    }
}

/* Functions of their own, for the sake of the registers. */
#define ZT_ADD_(add, vectors, columns)                                                                       \
    ZT_AVX512_COUNTS_ __attribute__((noinline)) static void add##vectors##columns##_(                        \
        size_t fields, size_t o, const room_ *room, float *panel) {                                          \
        add(vectors, columns, fields, o, room->tables, *room, panel);                                        \
    }

/* A tile's share of all outputs: vectors of them in fours, then two or one. */
#define ZT_STREAM_(name, add, columns)                                                                       \
    ZT_ADD_(add, 4, columns)                                                                                 \
    ZT_ADD_(add, 2, columns)                                                                                 \
    static void name(size_t outputs, size_t fields, const room_ *room, float *panel) {                       \
        size_t o = 0;                                                                                        \
        for (; o + 2 * LANES < outputs; o += TOGETHER) add##4##columns##_(fields, o, room, panel);           \
        if (o < outputs) add##2##columns##_(fields, o, room, panel);                                         \
    }
ZT_STREAM_(stream_panel_1_, add_to_panel_, 1)
ZT_STREAM_(stream_panel_2_, add_to_panel_, 2)
ZT_STREAM_(stream_panel_3_, add_to_panel_, 3)
ZT_STREAM_(stream_panel_4_, add_to_panel_, 4)
ZT_STREAM_(stream_sums_1_, add_to_sums_, 1)
ZT_STREAM_(stream_sums_2_, add_to_sums_, 2)
ZT_STREAM_(stream_sums_3_, add_to_sums_, 3)
ZT_STREAM_(stream_sums_4_, add_to_sums_, 4)

typedef void stream_fn_(size_t outputs, size_t fields, const room_ *room, float *panel);
static stream_fn_ *const stream_panel_[] = {NULL, stream_panel_1_, stream_panel_2_, stream_panel_3_,
                                            stream_panel_4_};
static stream_fn_ *const stream_sums_[] = {NULL, stream_sums_1_, stream_sums_2_, stream_sums_3_,
                                           stream_sums_4_};

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

/* ---------------------------------------------------------------------------------------------- adjoint */

/* What the patterns have in common: off sum_k r_k x_k, column by column. */
static void start_panel_(const zt_masked_f32 *map, quad_ quad, const float *r, size_t r_stride, size_t lanes,
                         size_t block, float *panel) {
    for (size_t c = 0; c < quad.count; c++) {
        float common = 0;
        for (size_t k = 0; k < map->samples && map->off != 0; k++)
            common += r[k * r_stride + quad.o] * map->x[k * map->x_stride + quad.j + c];
        for (size_t lane = 0; lane < lanes; lane++) panel[c * block + lane] = map->off * common;
    }
}

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
        size_t outputs = least_(room.block, last - i), lanes = (outputs + LANES - 1) / LANES * LANES;
        const uint64_t *lines = map->pattern_bits + i * map->pattern_bit_stride;
        for (size_t start = 0; start < quads; start += room.quads) {
            size_t end = least_(quads, start + room.quads);
            for (size_t q = start; q < end; q++)
                start_panel_(map, quad_at_(q, d), r, r_stride, lanes, room.block,
                             room.panel + (q - start) * ZT_QUAD_ * room.block);
            for (size_t k = 0; k < n; k += ZT_REGISTER_TILE_) {
                size_t count = least_(ZT_REGISTER_TILE_, n - k),
                       fields = (count + ZT_FIELD_BITS_ - 1) / ZT_FIELD_BITS_;
                cut_fields_(outputs, k, n, lines, map->pattern_bit_stride, room);
                for (size_t q = start; q < end; q++) {
                    quad_ quad = quad_at_(q, d);
                    size_t from = inputs_start_(quad);
                    if (starts_inputs_(quad, q, start))
                        load_inputs_(count, least_(LANES, d - from), map->x + k * map->x_stride + from,
                                     map->x_stride, map->on - map->off, r + k * r_stride + quad.o, r_stride,
                                     room.inputs);
                    build_tables_(fields * GROUPS, quad.count, room.inputs + (quad.j - from), room.tables);
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

/* What all samples have in common: x_k . off sum_i u_i, a quad at a time. */
static void add_common_(const zt_masked_f32 *map, quad_ quad, const float *u, size_t u_stride, size_t lanes,
                        size_t block, const float *panel, float *sums) {
    for (size_t c = 0; c < quad.count; c++) {
        float common = 0;
        for (size_t i = 0; i < map->patterns; i++)
            common += u[i * u_stride + quad.o * map->features + quad.j + c];
        common *= map->off;
        for (size_t lane = 0; lane < lanes; lane++) sums[lane] += common * panel[c * block + lane];
    }
}

/* The features of quads [start, end) for outputs [o, o + outputs) of a block of samples, added to the sums. */
static void add_quads_(const zt_masked_f32 *map, size_t k, size_t samples, size_t start, size_t end, size_t o,
                       size_t outputs, const float *u, size_t u_stride, room_ room) {
    size_t d = map->features, p = map->patterns, lanes = (samples + LANES - 1) / LANES * LANES;
    for (size_t q = start; q < end; q++) {
        quad_ quad = quad_at_(q, d);
        float *panel = room.panel + (q - start) * ZT_QUAD_ * room.block;
        turn_rows_(samples, quad.count, map->x + k * map->x_stride + quad.j, map->x_stride, room.block,
                   panel);
        for (size_t j = 0; j < outputs && map->off != 0; j++) {
            quad.o = o + j;
            add_common_(map, quad, u, u_stride, lanes, room.block, panel, room.sums + j * room.block);
        }
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
                    load_inputs_(count, least_(LANES, d - from), u + i * u_stride + (o + j) * d + from,
                                 u_stride, map->on - map->off, NULL, 0, room.inputs);
                build_tables_(fields * GROUPS, quad.count, room.inputs + (quad.j - from), room.tables);
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
