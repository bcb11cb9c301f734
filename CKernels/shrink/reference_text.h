/* Norms, soft-thresholds and projections, entry by entry, for both precisions: real_ and NAME_ are defined. */
#include "reference.h"

#include "kernel_table.h"
#include "shrink/precision.h"

static real_ norm_(size_t d, const real_ *v) {
    real_ sum = 0;
    ZT_SCALAR_LOOP_
    for (size_t c = 0; c < d; c++) sum += v[c] * v[c];
    return NORM_(sum, d, v);
}

static real_ soft_(real_ t, real_ theta) {
    real_ size = t < 0 ? -t : t;
    if (size <= theta) return 0; /* False for NaN. */
    return t < 0 ? -(size - theta) : size - theta;
}

static int shrink_block_(size_t d, const real_ *from, real_ theta, real_ *to, real_ *norm) {
    real_ length = norm_(d, from);
    int dies = length <= theta; /* A NaN norm does not. */
    real_ factor = dies ? 0 : 1 - theta / length;
    ZT_SCALAR_LOOP_
    for (size_t c = 0; c < d; c++) to[c] = dies ? 0 : factor * from[c];
    *norm = dies ? 0 : length - theta;
    return !dies;
}

static void note_(int survives, size_t i, size_t *survivors, size_t *support) {
    if (survives && support != NULL) support[*survivors] = i;
    *survivors += (size_t)survives;
}

void NAME_(block_norms)(size_t p, size_t d, const real_ *g, size_t g_stride, real_ *norms) {
    for (size_t i = 0; i < p; i++) norms[i] = norm_(d, g + i * g_stride);
}

size_t NAME_(group_shrink)(size_t p, size_t d, const real_ *t, size_t t_stride, real_ theta, real_ *v,
                           size_t v_stride, real_ *norms, size_t *support) {
    size_t survivors = 0;
    for (size_t i = 0; i < p; i++) {
        real_ norm;
        note_(shrink_block_(d, t + i * t_stride, theta, v + i * v_stride, &norm), i, &survivors, support);
        if (norms != NULL) norms[i] = norm;
    }
    return survivors;
}

size_t NAME_(sparse_group_shrink)(size_t p, size_t d, const real_ *t, size_t t_stride, real_ theta1,
                                  real_ theta2, real_ *v, size_t v_stride, real_ *norms, size_t *support) {
    size_t survivors = 0;
    for (size_t i = 0; i < p; i++) {
        real_ norm, *to = v + i * v_stride;
        ZT_SCALAR_LOOP_
        for (size_t c = 0; c < d; c++) to[c] = soft_(t[i * t_stride + c], theta1);
        note_(shrink_block_(d, to, theta2, to, &norm), i, &survivors, support);
        if (norms != NULL) norms[i] = norm;
    }
    return survivors;
}

size_t NAME_(soft_threshold)(size_t n, const real_ *t, real_ theta, real_ *v, size_t *support) {
    size_t survivors = 0;
    for (size_t j = 0; j < n; j++) {
        real_ size = t[j] < 0 ? -t[j] : t[j];
        v[j] = soft_(t[j], theta);
        note_(!(size <= theta), j, &survivors, support);
    }
    return survivors;
}

/* The sum of the entries of t - top above tau, or also equal to it, and their number; see simplex_text.h. */
static real_ sum_above_(size_t d, const real_ *t, real_ top, real_ tau, int equal, size_t *count) {
    real_ sum = 0;
    *count = 0;
    ZT_SCALAR_LOOP_
    for (size_t c = 0; c < d; c++) {
        real_ entry = t[c] - top;
        if (!(entry > tau) && !(equal && entry >= tau)) continue;
        sum += entry;
        ++*count;
    }
    return sum;
}

static size_t project_row_(size_t d, const real_ *t, real_ radius, real_ *v) {
    real_ top = d == 0 ? 0 : t[0], tau = -radius;
    size_t count, next, positive = 0;
    for (size_t c = 0; c < d; c++) top = t[c] > top || isnan(t[c]) ? t[c] : top; /* Once NaN, NaN. */
    if (!isfinite(top)) {
        for (size_t c = 0; c < d; c++) v[c] = (real_)NAN;
        return d;
    }
    real_ sum = sum_above_(d, t, top, tau, 1, &count);
    for (;; count = next) {
        tau = (sum - radius) / (real_)count;
        sum = sum_above_(d, t, top, tau, 0, &next);
        if (next == 0 || next >= count) break;
    }
    for (size_t c = 0; c < d; c++) {
        real_ entry = (t[c] - top) - tau;
        v[c] = entry > 0 ? entry : 0;
        positive += v[c] > 0;
    }
    return positive;
}

size_t NAME_(simplex_rows)(size_t p, size_t d, const real_ *t, size_t t_stride, real_ radius, real_ *v,
                           size_t v_stride, size_t *support) {
    size_t total = 0;
    for (size_t i = 0; i < p; i++) {
        size_t positive = project_row_(d, t + i * t_stride, radius, v + i * v_stride);
        if (support != NULL) support[i] = positive;
        total += positive;
    }
    return total;
}
