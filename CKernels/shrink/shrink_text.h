/*
 * Norms of blocks and the soft-thresholds, four vectors at a time. A block is read once from memory and once more
 * from the first-level cache. A text in the sense of lanes/lanes.h.
 */
#include "lanes/lanes.h"

#include "kernel_table.h"
#include "shrink/precision.h"

#if defined(ZT_LANES_)

enum { CHAINS = 4 };

ZT_INLINE_ real_ norm_of_chains_(const vec_ sums[CHAINS], size_t d, const real_ *v) {
    return NORM_(sum_(add_(add_(sums[0], sums[1]), add_(sums[2], sums[3]))), d, v);
}

ZT_INLINE_ real_ norm_(size_t d, const real_ *v) {
    vec_ sums[CHAINS] = {zero_(), zero_(), zero_(), zero_()};
    size_t c = 0;
    for (; c + CHAINS * LANES <= d; c += CHAINS * LANES) {
        _Pragma("GCC unroll 4") for (size_t j = 0; j < CHAINS; j++) {
            vec_ entry = load_(v + c + j * LANES);
            sums[j] = fma_(entry, entry, sums[j]);
        }
    }
    for (; c + LANES <= d; c += LANES) {
        vec_ entry = load_(v + c);
        sums[1] = fma_(entry, entry, sums[1]);
    }
    if (c < d) {
        vec_ entry = load_part_(v + c, below_(d - c));
        sums[0] = fma_(entry, entry, sums[0]);
    }
    return norm_of_chains_(sums, d, v);
}

/* 0 for entries of at most theta, the others closer to 0 by it. */
ZT_INLINE_ vec_ soft_(vec_ t, vec_ theta) {
    vec_ size = abs_(t);
    return select_(not_above_(size, theta), zero_(), with_sign_of_(sub_(size, theta), t));
}

/* v = soft(t), and the norm of that. */
ZT_INLINE_ real_ soften_(size_t d, const real_ *t, real_ theta, real_ *v) {
    vec_ sums[CHAINS] = {zero_(), zero_(), zero_(), zero_()}, thetas = splat_(theta);
    size_t c = 0;
    for (; c + CHAINS * LANES <= d; c += CHAINS * LANES) {
        _Pragma("GCC unroll 4") for (size_t j = 0; j < CHAINS; j++) {
            vec_ entry = soft_(load_(t + c + j * LANES), thetas);
            store_(v + c + j * LANES, entry);
            sums[j] = fma_(entry, entry, sums[j]);
        }
    }
    for (; c < d; c += LANES) {
        mask_ part = below_(d - c);
        vec_ entry = soft_(load_part_(t + c, part), thetas);
        store_part_(v + c, part, entry);
        sums[0] = fma_(entry, entry, sums[0]);
    }
    return norm_of_chains_(sums, d, v);
}

ZT_INLINE_ void scale_(size_t d, const real_ *from, real_ factor, real_ *to) {
    vec_ factors = splat_(factor);
    size_t c = 0;
    for (; c + LANES <= d; c += LANES) store_(to + c, mul_(factors, load_(from + c)));
    if (c < d) {
        mask_ part = below_(d - c);
        store_part_(to + c, part, mul_(factors, load_part_(from + c, part)));
    }
}

ZT_INLINE_ void clear_(size_t d, real_ *to) {
    size_t c = 0;
    for (; c + LANES <= d; c += LANES) store_(to + c, zero_());
    if (c < d) store_part_(to + c, below_(d - c), zero_());
}

/* The block of norm `norm` at `from`, shrunk by theta; whether it survives. */
ZT_INLINE_ int shrink_block_(size_t d, const real_ *from, real_ norm, real_ theta, real_ *to, real_ *norms,
                             size_t i) {
    if (norm <= theta) { /* False for NaN: it survives. */
        clear_(d, to);
        if (norms != NULL) norms[i] = 0;
        return 0;
    }
    scale_(d, from, 1 - theta / norm, to);
    if (norms != NULL) norms[i] = norm - theta;
    return 1;
}

ZT_TARGET_ void ZT_NAME_(block_norms)(size_t p, size_t d, const real_ *g, size_t g_stride, real_ *norms) {
    for (size_t i = 0; i < p; i++) norms[i] = norm_(d, g + i * g_stride);
}

ZT_TARGET_ size_t ZT_NAME_(group_shrink)(size_t p, size_t d, const real_ *t, size_t t_stride, real_ theta,
                                         real_ *v, size_t v_stride, real_ *norms, size_t *support) {
    size_t survivors = 0;
    for (size_t i = 0; i < p; i++) {
        const real_ *from = t + i * t_stride;
        if (!shrink_block_(d, from, norm_(d, from), theta, v + i * v_stride, norms, i)) continue;
        if (support != NULL) support[survivors] = i;
        survivors++;
    }
    return survivors;
}

ZT_TARGET_ size_t ZT_NAME_(sparse_group_shrink)(size_t p, size_t d, const real_ *t, size_t t_stride,
                                                real_ theta1, real_ theta2, real_ *v, size_t v_stride,
                                                real_ *norms, size_t *support) {
    size_t survivors = 0;
    for (size_t i = 0; i < p; i++) {
        real_ *to = v + i * v_stride;
        if (!shrink_block_(d, to, soften_(d, t + i * t_stride, theta1, to), theta2, to, norms, i)) continue;
        if (support != NULL) support[survivors] = i;
        survivors++;
    }
    return survivors;
}

ZT_INLINE_ size_t note_(unsigned bits, size_t from, size_t survivors, size_t *support) {
    if (support == NULL) return survivors + (size_t)__builtin_popcount(bits);
    for (; bits != 0; bits &= bits - 1) support[survivors++] = from + (size_t)__builtin_ctz(bits);
    return survivors;
}

ZT_TARGET_ size_t ZT_NAME_(soft_threshold)(size_t n, const real_ *t, real_ theta, real_ *v, size_t *support) {
    const unsigned all = LANES == 32 ? UINT32_MAX : (1U << LANES) - 1;
    vec_ thetas = splat_(theta);
    size_t survivors = 0, j = 0;
    for (; j + LANES <= n; j += LANES) {
        vec_ entry = load_(t + j);
        store_(v + j, soft_(entry, thetas));
        survivors = note_(all ^ bits_(not_above_(abs_(entry), thetas)), j, survivors, support);
    }
    if (j < n) {
        mask_ part = below_(n - j);
        vec_ entry = load_part_(t + j, part);
        store_part_(v + j, part, soft_(entry, thetas));
        survivors = note_(bits_(part) & ~bits_(not_above_(abs_(entry), thetas)), j, survivors, support);
    }
    return survivors;
}

#endif
