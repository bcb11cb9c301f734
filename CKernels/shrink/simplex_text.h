/*
 * Rows projected on the simplex by Michelot's method: with A the entries above the last tau, the next one is
 * (sum A - radius) / |A|. As long as A holds all positive entries of the answer, tau is not above the right one, so
 * none of them is dropped, and when none is dropped at all tau is right. A shrinks strictly, hence d rounds at most;
 * rounding cannot change that, because the loop ends when A does not shrink. A text in the sense of
 * lanes/lanes.h.
 */
#include "lanes/lanes.h"

#include "kernel_table.h"

#include <math.h>

#if defined(ZT_LANES_)

typedef struct {
    real_ sum;
    size_t count;
} above_sum_;

/* The largest entry, or NaN where there is one. */
ZT_INLINE_ real_ largest_entry_(size_t d, const real_ *t) {
    vec_ largest = splat_(-(real_)INFINITY);
    unsigned bad = 0;
    size_t c = 0;
    for (; c + LANES <= d; c += LANES) {
        vec_ entry = load_(t + c);
        bad |= bits_(unordered_(entry));
        largest = larger_(largest, entry);
    }
    if (c < d) {
        mask_ part = below_(d - c);
        vec_ entry = select_(part, load_part_(t + c, part), splat_(-(real_)INFINITY));
        bad |= bits_(unordered_(entry));
        largest = larger_(largest, entry);
    }
    return bad != 0 ? (real_)NAN : largest_(largest);
}

/* Entries of t - top that are above tau, with `equal` also those equal to it. */
ZT_INLINE_ above_sum_ sum_above_(size_t d, const real_ *t, real_ top, real_ tau, int equal) {
    vec_ sum = zero_(), tops = splat_(top), taus = splat_(tau), counted = zero_(), one = splat_(1);
    for (size_t c = 0; c < d; c += LANES) {
        mask_ part = below_(d - c);
        vec_ entry = sub_(load_part_(t + c, part), tops);
        mask_ above = equal ? not_above_(taus, entry) : above_(entry, taus);
        sum = add_(sum, select_(part, select_(above, entry, zero_()), zero_()));
        counted = add_(counted, select_(part, select_(above, one, zero_()), zero_()));
    }
    return (above_sum_){sum_(sum), (size_t)sum_(counted)};
}

ZT_INLINE_ size_t project_row_(size_t d, const real_ *t, real_ radius, real_ *v) {
    real_ top = largest_entry_(d, t);
    if (!isfinite(top)) {
        for (size_t c = 0; c < d; c++) v[c] = (real_)NAN;
        return d;
    }
    above_sum_ a = sum_above_(d, t, top, -radius, 1), next;
    real_ tau;
    for (;; a = next) {
        tau = (a.sum - radius) / (real_)a.count;
        next = sum_above_(d, t, top, tau, 0);
        if (next.count == 0 || next.count >= a.count) break;
    }
    vec_ tops = splat_(top), taus = splat_(tau);
    size_t positive = 0;
    for (size_t c = 0; c < d; c += LANES) {
        mask_ part = below_(d - c);
        vec_ entry = sub_(sub_(load_part_(t + c, part), tops), taus);
        mask_ above = above_(entry, zero_());
        positive += (size_t)__builtin_popcount(bits_(above) & bits_(part));
        store_part_(v + c, part, select_(above, entry, zero_()));
    }
    return positive;
}

ZT_TARGET_ size_t ZT_NAME_(simplex_rows)(size_t p, size_t d, const real_ *t, size_t t_stride, real_ radius,
                                         real_ *v, size_t v_stride, size_t *support) {
    size_t total = 0;
    for (size_t i = 0; i < p; i++) {
        size_t positive = d == 0 ? 0 : project_row_(d, t + i * t_stride, radius, v + i * v_stride);
        if (support != NULL) support[i] = positive;
        total += positive;
    }
    return total;
}

#endif
