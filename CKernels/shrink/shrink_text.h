/*
 * Norms of blocks and the soft-thresholds, four vectors at a time. A block is read once from memory and once more
 * from the first-level cache. A text in the sense of lanes/lanes.h.
 */
#include "lanes/lanes.h"

#include "kernel_table.h"
#include "shrink/precision.h"

#if defined(ZT_LANES_)

enum { CHAINS = 4 };

/* 0 for entries of at most theta, the others closer to 0 by it. */
ZT_INLINE_ vec_ soft_(vec_ t, vec_ theta) {
    vec_ size = abs_(t);
    return select_(not_above_(size, theta), zero_(), with_sign_of_(sub_(size, theta), t));
}

/* Entries as they count: as they are, or softened first. */
ZT_INLINE_ vec_ entry_(vec_ t, int soft, vec_ theta) {
    return soft ? soft_(t, theta) : t;
}

ZT_INLINE_ real_ squares_(size_t d, const real_ *v, int soft, vec_ theta) {
    vec_ sums[CHAINS] = {zero_(), zero_(), zero_(), zero_()};
    size_t c = 0;
    for (; c + CHAINS * LANES <= d; c += CHAINS * LANES) {
        _Pragma("GCC unroll 4") for (size_t j = 0; j < CHAINS; j++) {
            vec_ entry = entry_(load_(v + c + j * LANES), soft, theta);
            sums[j] = fma_(entry, entry, sums[j]);
        }
    }
    for (; c + LANES <= d; c += LANES) {
        vec_ entry = entry_(load_(v + c), soft, theta);
        sums[1] = fma_(entry, entry, sums[1]);
    }
    if (c < d) {
        vec_ entry = entry_(load_part_(v + c, below_(d - c)), soft, theta);
        sums[0] = fma_(entry, entry, sums[0]);
    }
    return sum_(add_(add_(sums[0], sums[1]), add_(sums[2], sums[3])));
}

/* to = factor from, or 0 where the block does not survive. */
ZT_INLINE_ void scale_(size_t d, const real_ *from, int soft, vec_ theta, real_ factor, int survives,
                       real_ *to) {
    vec_ factors = splat_(factor);
    size_t c = 0;
    if (!survives) {
        for (; c + LANES <= d; c += LANES) store_(to + c, zero_());
        if (c < d) store_part_(to + c, below_(d - c), zero_());
        return;
    }
    for (; c + LANES <= d; c += LANES) store_(to + c, mul_(factors, entry_(load_(from + c), soft, theta)));
    if (c < d) {
        mask_ part = below_(d - c);
        store_part_(to + c, part, mul_(factors, entry_(load_part_(from + c, part), soft, theta)));
    }
}

/* Block after block. The entries are softened twice rather than stored in between. */
ZT_INLINE_ size_t shrink_long_(size_t p, size_t d, const real_ *t, size_t t_stride, int soft, real_ theta1,
                               real_ theta2, real_ *v, size_t v_stride, real_ *norms, size_t *support) {
    vec_ theta = splat_(theta1);
    size_t survivors = 0;
    for (size_t i = 0; i < p; i++) {
        const real_ *from = t + i * t_stride;
        real_ *to = v + i * v_stride, squares = squares_(d, from, soft, theta), norm;
        if (soft &&
            !NORMAL_(squares)) { /* Their norm is taken from the entries themselves, softened in place. */
            scale_(d, from, 1, theta, 1, 1, to);
            norm = NORM_(squares, d, to);
            int survives = !(norm <= theta2);
            scale_(d, to, 0, theta, 1 - theta2 / norm, survives, to);
        } else {
            norm = NORM_(squares, d, from);
            scale_(d, from, soft, theta, 1 - theta2 / norm, !(norm <= theta2), to);
        }
        int survives = !(norm <= theta2); /* True for NaN. */
        if (norms != NULL) norms[i] = survives ? norm - theta2 : 0;
        if (support != NULL) support[survivors] = i;
        survivors += (size_t)survives;
    }
    return survivors;
}

/* Blocks that fit a vector, LANES of them at once: their norms then need no sums across lanes. */
ZT_INLINE_ size_t shrink_short_(size_t p, size_t d, const real_ *t, size_t t_stride, int soft, real_ theta1,
                                real_ theta2, real_ *v, size_t v_stride, real_ *norms, size_t *support) {
    vec_ theta = splat_(theta1), thetas = splat_(theta2);
    mask_ part = below_(d);
    size_t survivors = 0;
    for (size_t i = 0; i < p; i += LANES) {
        size_t blocks = p - i < LANES ? p - i : LANES;
        vec_ entries[LANES], turned[LANES], squares = zero_();
        real_ square[LANES], norm[LANES], factor[LANES], alive[LANES];
        _Pragma("GCC unroll 16") for (size_t r = 0; r < LANES; r++) {
            entries[r] = r < blocks ? entry_(load_part_(t + (i + r) * t_stride, part), soft, theta) : zero_();
            turned[r] = entries[r];
        }
        transpose_(turned);
        _Pragma("GCC unroll 16") for (size_t c = 0; c < LANES; c++) squares =
            fma_(turned[c], turned[c], squares);
        store_(square, squares);
        store_(norm, sqrt_(squares));
        for (size_t r = 0; r < blocks; r++) {
            if (NORMAL_(square[r])) continue;
            real_ block[LANES];
            store_(block, entries[r]);
            norm[r] = NORM_(square[r], d, block);
        }
        vec_ lengths = load_(norm), one = splat_(1);
        mask_ dead = not_above_(lengths, thetas);
        store_(factor, sub_(one, div_(thetas, lengths)));
        store_(alive, select_(dead, zero_(), one));
        if (norms != NULL)
            store_part_(norms + i, below_(blocks), select_(dead, zero_(), sub_(lengths, thetas)));
        unsigned bits = bits_(dead);
        for (size_t r = 0; r < blocks; r++) {
            vec_ scaled = mul_(splat_(factor[r]), entries[r]);
            mask_ keep = above_(splat_(alive[r]), zero_());
            store_part_(v + (i + r) * v_stride, part, select_(keep, scaled, zero_()));
            if (support != NULL) support[survivors] = i + r;
            survivors += 1 ^ (bits >> r & 1);
        }
    }
    return survivors;
}

ZT_TARGET_ void ZT_NAME_(block_norms)(size_t p, size_t d, const real_ *g, size_t g_stride, real_ *norms) {
    for (size_t i = 0; i < p; i++) {
        const real_ *block = g + i * g_stride;
        norms[i] = NORM_(squares_(d, block, 0, zero_()), d, block);
    }
}

ZT_TARGET_ size_t ZT_NAME_(group_shrink)(size_t p, size_t d, const real_ *t, size_t t_stride, real_ theta,
                                         real_ *v, size_t v_stride, real_ *norms, size_t *support) {
    if (d <= LANES) return shrink_short_(p, d, t, t_stride, 0, 0, theta, v, v_stride, norms, support);
    return shrink_long_(p, d, t, t_stride, 0, 0, theta, v, v_stride, norms, support);
}

ZT_TARGET_ size_t ZT_NAME_(sparse_group_shrink)(size_t p, size_t d, const real_ *t, size_t t_stride,
                                                real_ theta1, real_ theta2, real_ *v, size_t v_stride,
                                                real_ *norms, size_t *support) {
    if (d <= LANES) return shrink_short_(p, d, t, t_stride, 1, theta1, theta2, v, v_stride, norms, support);
    return shrink_long_(p, d, t, t_stride, 1, theta1, theta2, v, v_stride, norms, support);
}

/* Notes the lanes that survive, without a branch on which they are: a place that does not stay is overwritten. */
ZT_INLINE_ size_t note_(size_t lanes, unsigned bits, size_t from, size_t survivors, size_t *support) {
    if (support == NULL) return survivors + (size_t)__builtin_popcount(bits);
    _Pragma("GCC unroll 16") for (size_t lane = 0; lane < lanes; lane++) {
        support[survivors] = from + lane;
        survivors += bits >> lane & 1;
    }
    return survivors;
}

ZT_TARGET_ size_t ZT_NAME_(soft_threshold)(size_t n, const real_ *t, real_ theta, real_ *v, size_t *support) {
    const unsigned all = LANES == 32 ? UINT32_MAX : (1U << LANES) - 1;
    vec_ thetas = splat_(theta);
    size_t survivors = 0, j = 0;
    for (; j + LANES <= n; j += LANES) {
        vec_ entry = load_(t + j);
        store_(v + j, soft_(entry, thetas));
        survivors = note_(LANES, all ^ bits_(not_above_(abs_(entry), thetas)), j, survivors, support);
    }
    if (j < n) {
        mask_ part = below_(n - j);
        vec_ entry = load_part_(t + j, part);
        store_part_(v + j, part, soft_(entry, thetas));
        survivors =
            note_(n - j, bits_(part) & ~bits_(not_above_(abs_(entry), thetas)), j, survivors, support);
    }
    return survivors;
}

#endif
