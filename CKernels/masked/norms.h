/* Norms of A' r by chunks of blocks that stay in the second-level cache, for one precision. */
#include "block_norm.h"
#include "workspace.h"

/* Blocks of a chunk: enough to be worth the tables of an adjoint product. */
static size_t chunk_(const zt_masked_ *map) {
    size_t bytes = map->outputs * map->features * sizeof(zt_real_) + 1, chunk = ZT_CHUNK_BYTES_ / bytes;
    chunk = chunk < 64 ? 64 : chunk > ZT_BLOCK_ ? ZT_BLOCK_ : chunk;
    return chunk < map->patterns ? chunk : map->patterns;
}

/* A Gram matrix and a line of norms, all in double, then the blocks, then what the product needs. */
static size_t doubles_(const zt_masked_ *map) {
    size_t order = gram_order_(map->outputs, map->features);
    return order * order + map->outputs + 1;
}

size_t ZT_SUFFIXED_WORKSPACE_(zt_masked_norms)(const zt_masked_ *map) {
    return (doubles_(map) + 1) * (sizeof(double) / sizeof(zt_real_)) +
           chunk_(map) * map->outputs * map->features + ZT_SUFFIXED_WORKSPACE_(zt_masked_adjoint)(map);
}

typedef struct {
    double *gram, *line;
    zt_real_ *blocks, *rest;
} parts_;

static parts_ divide_(const zt_masked_ *map, zt_real_ *workspace) {
    double *start = (double *)(((uintptr_t)workspace + 7) & ~(uintptr_t)7);
    zt_real_ *blocks = (zt_real_ *)(start + doubles_(map));
    return (parts_){.gram = start + map->outputs + 1,
                    .line = start,
                    .blocks = blocks,
                    .rest = blocks + chunk_(map) * map->outputs * map->features};
}

/* The blocks [i, i + count), at the start of the room for them. */
static void form_blocks_(const zt_masked_ *map, size_t i, size_t count, const zt_real_ *r, size_t r_stride,
                         parts_ parts) {
    zt_masked_ moved = *map;
    /* The shape stays, since it decides how sums are taken; only the lines of bits move. */
    moved.pattern_bits += i * map->pattern_bit_stride;
    ZT_SUFFIXED_(zt_masked_adjoint)
    (&moved, 0, count, r, r_stride, parts.blocks, map->outputs * map->features, parts.rest);
}

void ZT_SUFFIXED_(zt_masked_norms)(const zt_masked_ *map, zt_block_norm kind, size_t first, size_t last,
                                   const zt_real_ *r, size_t r_stride, double *norms, zt_real_ *workspace) {
    parts_ parts = divide_(map, workspace);
    size_t c = map->outputs, d = map->features, chunk = chunk_(map), each = norms_of_(kind, c);
    for (size_t i = first; i < last; i += chunk) {
        size_t count = last - i < chunk ? last - i : chunk;
        form_blocks_(map, i, count, r, r_stride, parts);
        for (size_t j = 0; j < count; j++)
            block_norms_(kind, c, d, parts.blocks + j * c * d, parts.gram, norms + (i + j) * each);
    }
}

size_t ZT_SUFFIXED_(zt_masked_largest)(const zt_masked_ *map, zt_block_norm kind, size_t first, size_t last,
                                       const zt_real_ *r, size_t r_stride, double *largest,
                                       zt_real_ *workspace) {
    parts_ parts = divide_(map, workspace);
    size_t c = map->outputs, d = map->features, chunk = chunk_(map), each = norms_of_(kind, c);
    size_t index = last * each;
    *largest = 0;
    for (size_t i = first; i < last; i += chunk) {
        size_t count = last - i < chunk ? last - i : chunk;
        form_blocks_(map, i, count, r, r_stride, parts);
        for (size_t j = 0; j < count; j++) {
            block_norms_(kind, c, d, parts.blocks + j * c * d, parts.gram, parts.line);
            for (size_t o = 0; o < each; o++) {
                if (index < last * each && !is_larger_(parts.line[o], *largest)) continue;
                *largest = parts.line[o];
                index = (i + j) * each + o;
            }
        }
    }
    return index;
}
