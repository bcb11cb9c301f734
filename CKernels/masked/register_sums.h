/* Subset-sum tables of a tile of inputs, four columns at a time, and sums of what sixteen outputs look up in them. */
#ifndef ZT_REGISTER_SUMS_H
#define ZT_REGISTER_SUMS_H

#include "avx512.h"

#include "masked/register_room.h"

enum { VECTORS = 4, TOGETHER = LANES * VECTORS, GROUPS = ZT_FIELD_BITS_ / GROUP, TABLE = 32 * ZT_QUAD_ };

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

/* Both slopes' inputs, or those with `on` alone if `off` is zero. */
static void load_slopes_(size_t count, size_t columns, const float *rows, size_t stride, float on, float off,
                         const float *scales, size_t scale_stride, const room_ *room) {
    load_inputs_(count, columns, rows, stride, on, scales, scale_stride, room->on);
    if (off != 0) load_inputs_(count, columns, rows, stride, off, scales, scale_stride, room->off);
}

/* An addition on the ports of the multipliers, which permutations and additions leave free, is a
 * multiplication by this; it rounds the same. Opaque, or the compiler would turn it back. */
ZT_AVX512_COUNTS_INLINE_ __m512 opaque_one_(void) {
    __m512 one = _mm512_set1_ps(1);
    __asm__("" : "+v"(one));
    return one;
}

/* The inputs of a quad: the first of its columns, 16 floats apart. `off` is NULL where that slope is zero. */
typedef struct {
    const float *on, *off;
} slopes_;

/* What the input at `at` adds to the lanes: its `on` where the mask is set, and its `off` elsewhere. */
ZT_AVX512_COUNTS_INLINE_ __m512 weigh_(slopes_ inputs, size_t at, __mmask16 mask) {
    __m512 on = _mm512_set1_ps(inputs.on[at]);
    return inputs.off == NULL ? _mm512_maskz_mov_ps(mask, on)
                              : _mm512_mask_mov_ps(_mm512_set1_ps(inputs.off[at]), mask, on);
}

/* The same added to sums; with off = 0 the other lanes are not touched, so that a NaN stays where it belongs. */
ZT_AVX512_COUNTS_INLINE_ __m512 add_weighed_(__m512 sums, slopes_ inputs, size_t at, __mmask16 mask) {
    if (inputs.off == NULL) return _mm512_mask_add_ps(sums, mask, sums, _mm512_set1_ps(inputs.on[at]));
    return _mm512_add_ps(sums, weigh_(inputs, at, mask));
}

/* The subset sums of five inputs of one column. Lane m of the first register is the sum over the first four of on or
 * off times the input, by the bits of m, and the fifth with `off`; the second has the fifth with `on`. */
ZT_AVX512_COUNTS_INLINE_ void build_tables_as_(size_t groups, size_t columns, slopes_ inputs, float *tables) {
    const __m512 one = opaque_one_();
    for (size_t g = 0; g < groups; g++) {
        for (size_t c = 0; c < columns; c++) {
            size_t at = g * GROUP * LANES + c;
            float *table = tables + g * TABLE + c * 2 * LANES;
            __m512 sums = weigh_(inputs, at, 0xaaaa);
            sums = add_weighed_(sums, inputs, at + LANES, 0xcccc);
            if (inputs.off == NULL)
                sums = _mm512_mask3_fmadd_ps(one, _mm512_set1_ps(inputs.on[at + 2 * LANES]), sums, 0xf0f0);
            else
                sums = add_weighed_(sums, inputs, at + 2 * LANES, 0xf0f0);
            sums = add_weighed_(sums, inputs, at + 3 * LANES, 0xff00);
            __m512 fifth = _mm512_set1_ps(inputs.on[at + 4 * LANES]);
            _mm512_store_ps(table + LANES, _mm512_fmadd_ps(one, fifth, sums));
            if (inputs.off != NULL) sums = _mm512_add_ps(sums, _mm512_set1_ps(inputs.off[at + 4 * LANES]));
            _mm512_store_ps(table, sums);
        }
    }
}

ZT_AVX512_COUNTS_ static void build_tables_(size_t groups, size_t columns, slopes_ inputs, float *tables) {
    if (inputs.off == NULL)
        build_tables_as_(groups, columns, (slopes_){inputs.on, NULL}, tables);
    else
        build_tables_as_(groups, columns, inputs, tables);
}

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

#endif
