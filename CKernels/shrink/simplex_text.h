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
    enum { CHAINS = 4 };
    vec_ sums[CHAINS] = {zero_(), zero_(), zero_(), zero_()}, tops = splat_(top), taus = splat_(tau);
    size_t count = 0, c = 0;
    for (; c + CHAINS * LANES <= d; c += CHAINS * LANES) {
        _Pragma("GCC unroll 4") for (size_t j = 0; j < CHAINS; j++) {
            vec_ entry = sub_(load_(t + c + j * LANES), tops);
            mask_ above = equal ? not_above_(taus, entry) : above_(entry, taus);
            sums[j] = add_(sums[j], select_(above, entry, zero_()));
            count += (size_t)__builtin_popcount(bits_(above));
        }
    }
    for (; c < d; c += LANES) {
        mask_ part = below_(d - c);
        vec_ entry = sub_(load_part_(t + c, part), tops);
        mask_ above = equal ? not_above_(taus, entry) : above_(entry, taus);
        sums[0] = add_(sums[0], select_(part, select_(above, entry, zero_()), zero_()));
        count += (size_t)__builtin_popcount(bits_(above) & bits_(part));
    }
    return (above_sum_){sum_(add_(add_(sums[0], sums[1]), add_(sums[2], sums[3]))), count};
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

enum { SHORT = 64 }; /* Entries of a row that is projected together with others. */

/* LANES columns of LANES rows, of which `rows` exist, to or from [column][row]. */
ZT_INLINE_ void turn_in_(size_t rows, size_t d, const real_ *t, size_t t_stride, real_ *turned) {
    for (size_t c = 0; c < d; c += LANES) {
        vec_ block[LANES];
        for (size_t r = 0; r < LANES; r++)
            block[r] = r < rows ? load_part_(t + r * t_stride + c, below_(d - c)) : zero_();
        transpose_(block);
        for (size_t r = 0; r < LANES; r++) store_(turned + (c + r) * LANES, block[r]);
    }
}

ZT_INLINE_ void turn_out_(size_t rows, size_t d, const real_ *turned, real_ *v, size_t v_stride) {
    for (size_t c = 0; c < d; c += LANES) {
        vec_ block[LANES];
        for (size_t r = 0; r < LANES; r++) block[r] = load_(turned + (c + r) * LANES);
        transpose_(block);
        for (size_t r = 0; r < rows; r++) store_part_(v + r * v_stride + c, below_(d - c), block[r]);
    }
}

/* The largest entry of each row, NaN where there is one. */
ZT_INLINE_ vec_ tops_(size_t d, const real_ *turned) {
    vec_ top = splat_(-(real_)INFINITY), bad = zero_();
    for (size_t c = 0; c < d; c++) {
        vec_ entry = load_(turned + c * LANES);
        bad = select_(unordered_(entry), entry, bad);
        top = larger_(top, entry);
    }
    return add_(top, bad);
}

/* LANES rows at once, a row a lane, each as in project_row_; a row that is done stays as it is. */
ZT_INLINE_ size_t project_rows_(size_t rows, size_t d, const real_ *t, size_t t_stride, real_ radius,
                                real_ *v, size_t v_stride, size_t *support) {
    real_ turned[SHORT * LANES], positive[LANES];
    turn_in_(rows, d, t, t_stride, turned);
    vec_ top = tops_(d, turned), zero = zero_(), one = splat_(1), size = splat_(radius);
    vec_ sum = zero, count = zero, tau = splat_(-radius), positives = zero;
    for (size_t c = 0; c < d; c++) {
        vec_ entry = sub_(load_(turned + c * LANES), top);
        mask_ above = not_above_(tau, entry);
        store_(turned + c * LANES, entry);
        sum = add_(sum, select_(above, entry, zero));
        count = add_(count, select_(above, one, zero));
    }
    tau = div_(sub_(sum, size), count);
    for (unsigned moved = 1; moved != 0;) {
        vec_ next = zero;
        sum = zero;
        for (size_t c = 0; c < d; c++) {
            vec_ entry = load_(turned + c * LANES);
            mask_ above = above_(entry, tau);
            sum = add_(sum, select_(above, entry, zero));
            next = add_(next, select_(above, one, zero));
        }
        /* Fewer, but some: others have arrived. */
        vec_ fewer = select_(above_(count, next), next, zero);
        mask_ moves = above_(fewer, zero);
        tau = select_(moves, div_(sub_(sum, size), next), tau);
        count = select_(moves, next, count);
        moved = bits_(moves);
    }
    mask_ bad = unordered_(sub_(top, top)); /* NaN or infinite. */
    for (size_t c = 0; c < d; c++) {
        vec_ entry = sub_(load_(turned + c * LANES), tau);
        mask_ above = above_(entry, zero);
        positives = add_(positives, select_(above, one, zero));
        store_(turned + c * LANES, select_(bad, splat_((real_)NAN), select_(above, entry, zero)));
    }
    turn_out_(rows, d, turned, v, v_stride);
    store_(positive, select_(bad, splat_((real_)d), positives));
    size_t total = 0;
    for (size_t r = 0; r < rows; r++) {
        if (support != NULL) support[r] = (size_t)positive[r];
        total += (size_t)positive[r];
    }
    return total;
}

ZT_TARGET_ size_t ZT_NAME_(simplex_rows)(size_t p, size_t d, const real_ *t, size_t t_stride, real_ radius,
                                         real_ *v, size_t v_stride, size_t *support) {
    size_t total = 0, step = d <= SHORT ? LANES : 1;
    for (size_t i = 0; i < p; i += step) {
        size_t rows = p - i < step ? p - i : step, *counts = support != NULL ? support + i : NULL;
        if (d == 0) {
            for (size_t r = 0; r < rows && counts != NULL; r++) counts[r] = 0;
        } else if (d <= SHORT) {
            total += project_rows_(rows, d, t + i * t_stride, t_stride, radius, v + i * v_stride, v_stride,
                                   counts);
        } else {
            size_t positive = project_row_(d, t + i * t_stride, radius, v + i * v_stride);
            if (counts != NULL) *counts = positive;
            total += positive;
        }
    }
    return total;
}

#endif
