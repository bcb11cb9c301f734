/* Sizes of the workspaces, the same in every tier, so that the public functions need not ask which one runs.
 */
#ifndef ZT_WORKSPACE_H
#define ZT_WORKSPACE_H

#include <stddef.h>

enum {
    ZT_LINE_ = 64,         /* Bytes of a panel of columns: one cache line. */
    ZT_TILE_ = 64,         /* Inputs of a masked product that share one word of every line. */
    ZT_INPUTS_ = 65,       /* The same, up to whole groups. */
    ZT_TABLES_ = 13 * 32,  /* Entries: 13 groups of 5 inputs, 2^5 subset sums each. */
    ZT_BLOCK_ = 2048,      /* Outputs whose panel stays in the second-level cache. */
    ZT_LANE_COLUMNS_ = 32, /* Columns of 64 inputs each that the room of the tables holds in any precision. */
    ZT_PATTERN_COLUMNS_ = 8192, /* Columns whose weights, two numbers each, the room of the panel holds. */
    ZT_FEW_COLUMNS_ = 4, /* Columns of an adjoint product of a single pattern with samples in the lanes. */
    ZT_WIDE_ = 6,        /* Panels whose direct sums are kept in registers. */
    ZT_CHUNK_BYTES_ = 512 * 1024, /* Blocks whose norms are taken before the next ones are formed. */
    ZT_FINISH_ = 128,             /* Outputs whose panel stays in the first-level cache. */

    /* Bytes, with a line that is lost to the alignment. */
    ZT_MASKED_BYTES_ = (ZT_TABLES_ + 2 * ZT_INPUTS_ + ZT_BLOCK_ + 1) * ZT_LINE_,
    ZT_SLACK_ = 8, /* Elements of a workspace lost to its alignment. */

    ZT_SIGN_ROWS_ = 64, /* Samples of a tile of signs: one word of every line. */
};

/* A packed tile of rows, an error scale for each of its rows, and one for each gate, in elements of `size` bytes. */
static inline size_t zt_sign_workspace_(size_t d, size_t p, size_t size) {
    return ZT_SIGN_ROWS_ * d + ZT_SIGN_ROWS_ + p + ZT_SLACK_ * sizeof(double) / size;
}

/* The 2^4 subset sums of every four weights. */
static inline size_t zt_weight_workspace_(size_t p) {
    return 16 * (p / 4 + (p % 4 != 0)) + ZT_SLACK_;
}

#endif
