/*
 * Masked products by subset-sum tables that stay in registers; see registers_f32_avx512.c.
 *
 * What the workspace of such a kernel holds, in elements of float.
 */
#ifndef ZT_REGISTERS_H
#define ZT_REGISTERS_H

#include "zonotope/masked.h"

#include <stddef.h>

enum {
    ZT_FIELD_BITS_ = 30, /* Six groups of five inputs, in one 32-bit lane. */
    ZT_FIELDS_ = 8,      /* Fields of a tile of inputs. */
    ZT_QUAD_ = 4,        /* Columns that are accumulated together. */
    ZT_QUADS_ = 32,      /* Quads whose panel is kept at a time. */
    ZT_SUMS_ = 16,       /* Outputs per sample whose sums are. */
    ZT_LANES_ = 2048,    /* Samples or patterns of a block, at most; half of them where quads are many. */

    ZT_REGISTER_TILE_ = ZT_FIELDS_ * ZT_FIELD_BITS_,
    ZT_REGISTER_TABLES_ = ZT_REGISTER_TILE_ / 5 * 32 * ZT_QUAD_,
};

/* Quads of the panel: blocks of c outputs of d features each are cut output by output. */
static inline size_t zt_register_quads_(size_t c, size_t d) {
    size_t quads = (d + ZT_QUAD_ - 1) / ZT_QUAD_ * c;
    return quads < ZT_QUADS_ ? quads : ZT_QUADS_;
}

/* Samples or patterns of a block: whole vectors. */
static inline size_t zt_register_block_(size_t quads, size_t lanes) {
    size_t block = quads <= ZT_QUADS_ / 2 ? ZT_LANES_ : ZT_LANES_ / 2, needed = (lanes + 63) / 64 * 64;
    return needed < block ? needed : block;
}

static inline size_t zt_register_room_(size_t quads, size_t sums, size_t lanes) {
    size_t block = zt_register_block_(quads, lanes);
    return ZT_REGISTER_TABLES_ + 2 * ZT_REGISTER_TILE_ * 16 + (ZT_FIELDS_ + sums + quads * ZT_QUAD_) * block +
           16;
}

/* What the products of a map need. */
static inline size_t zt_register_forward_room_(const zt_masked_f32 *map) {
    size_t sums = map->outputs < ZT_SUMS_ ? map->outputs : ZT_SUMS_;
    return zt_register_room_(zt_register_quads_(1, map->features), sums, map->samples);
}
static inline size_t zt_register_adjoint_room_(const zt_masked_f32 *map) {
    return zt_register_room_(zt_register_quads_(map->outputs, map->features), 0, map->patterns);
}

#endif
