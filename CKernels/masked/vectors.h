/*
 * Vectors of one instruction set and precision: a file defines ZT_SINGLE_, ZT_TARGET_ (an attribute, or nothing) and
 * ZT_VECTOR_BYTES_ and includes this. Arithmetic is that of the vector types of gcc and clang.
 */
#ifndef ZT_VECTORS_H
#define ZT_VECTORS_H

#include "precision.h"
#include "workspace.h"

#define ZT_INLINE_ ZT_TARGET_ __attribute__((always_inline)) static inline
#define ZT_UNROLL_ _Pragma("GCC unroll 16")

typedef zt_real_ vec_ __attribute__((vector_size(ZT_VECTOR_BYTES_), may_alias));
typedef zt_real_ loose_vec_
    __attribute__((vector_size(ZT_VECTOR_BYTES_), aligned(sizeof(zt_real_)), may_alias));

enum {
    LINE = ZT_LINE_,
    PANEL = LINE / sizeof(zt_real_),
    LANES = ZT_VECTOR_BYTES_ / sizeof(zt_real_),
    PARTS = LINE / ZT_VECTOR_BYTES_
};

ZT_INLINE_ vec_ load_(const zt_real_ *p) {
    return *(const vec_ *)p;
}

ZT_INLINE_ void store_(zt_real_ *p, vec_ v) {
    *(vec_ *)p = v;
}

ZT_INLINE_ vec_ zero_(void) {
    return (vec_){0};
}

/* The first `count` elements, zeros behind them; the others are not touched. */
#if defined(__x86_64__) && ZT_VECTOR_BYTES_ == 64
#include <immintrin.h>
#if ZT_SINGLE_
ZT_INLINE_ vec_ load_some_(const zt_real_ *p, size_t count) {
    return (vec_)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
}
ZT_INLINE_ void store_some_(zt_real_ *p, size_t count, vec_ v) {
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)v);
}
ZT_INLINE_ zt_real_ sum_lanes_(vec_ v) {
    return _mm512_reduce_add_ps((__m512)v);
}
#else
ZT_INLINE_ vec_ load_some_(const zt_real_ *p, size_t count) {
    return (vec_)_mm512_maskz_loadu_pd((__mmask8)((1u << count) - 1), p);
}
ZT_INLINE_ void store_some_(zt_real_ *p, size_t count, vec_ v) {
    _mm512_mask_storeu_pd(p, (__mmask8)((1u << count) - 1), (__m512d)v);
}
ZT_INLINE_ zt_real_ sum_lanes_(vec_ v) {
    return _mm512_reduce_add_pd((__m512d)v);
}
#endif
#else
ZT_INLINE_ vec_ load_some_(const zt_real_ *p, size_t count) {
    union {
        zt_real_ entries[LANES];
        vec_ v;
    } line = {{0}};
    for (size_t j = 0; j < count; j++) line.entries[j] = p[j];
    return line.v;
}
ZT_INLINE_ void store_some_(zt_real_ *p, size_t count, vec_ v) {
    union {
        vec_ v;
        zt_real_ entries[LANES];
    } line = {v};
    for (size_t j = 0; j < count; j++) p[j] = line.entries[j];
}
/* Halves are added to halves: an order that does not depend on anything else. */
ZT_INLINE_ zt_real_ sum_lanes_(vec_ v) {
    union {
        vec_ v;
        zt_real_ entries[LANES];
    } line = {v};
    for (size_t half = LANES / 2; half > 0; half /= 2)
        for (size_t j = 0; j < half; j++) line.entries[j] += line.entries[j + half];
    return line.entries[0];
}
#endif

/* Part `part` of a panel of which `width` columns exist. */
ZT_INLINE_ vec_ load_part_(const zt_real_ *p, size_t width, size_t part) {
    if (width >= (part + 1) * LANES) return *(const loose_vec_ *)(p + part * LANES);
    return width > part * LANES ? load_some_(p + part * LANES, width - part * LANES) : zero_();
}

ZT_INLINE_ void store_part_(zt_real_ *p, size_t width, size_t part, vec_ v) {
    if (width >= (part + 1) * LANES)
        *(loose_vec_ *)(p + part * LANES) = v;
    else if (width > part * LANES)
        store_some_(p + part * LANES, width - part * LANES, v);
}

#endif
