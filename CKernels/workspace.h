/* Sizes of the workspaces, the same in every tier, so that the public functions need not ask which one runs.
 */
#ifndef ZT_WORKSPACE_H
#define ZT_WORKSPACE_H

#include <stddef.h>

enum {
    ZT_TILE_ = 64,        /* Inputs of a masked product that share one word of every line. */
    ZT_PANEL_ = 8,        /* Columns of a masked product that are accumulated together: one cache line. */
    ZT_BLOCK_ = 1024,     /* Outputs whose panel stays in the second-level cache. */
    ZT_TABLES_ = 16 * 16, /* Entries: 16 groups of 4 inputs, 2^4 subset sums each. */
    ZT_SLACK_ = 8,        /* Elements lost to the alignment of the workspace. */

    ZT_MASKED_WORKSPACE_ = (ZT_TABLES_ + ZT_TILE_ + ZT_BLOCK_) * ZT_PANEL_ + ZT_SLACK_,

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
