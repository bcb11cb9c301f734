/* Rank 2 as a walk: hyperplanes by the angles of their normals, turned into one half plane. */
#include "determinants.h"
#include "sorting.h"
#include "zonotope/arrangements.h"
#include "zonotope/kernels.h"

#include <string.h>

enum { DIGIT_ = 11, BUCKETS_ = 1 << DIGIT_, PASSES_ = 3 };

/* Turned so that the first entry that is not zero is positive. */
static double turn_(const double *normal) {
    return normal[0] > 0 || (normal[0] == 0 && normal[1] > 0) ? 1 : -1;
}

static int compare_(const void *context, size_t a, size_t b) {
    const double *p = (const double *)context + 2 * a, *q = (const double *)context + 2 * b;
    return -(int)(turn_(p) * turn_(q)) * zt_det2_sign_(p[0], p[1], q[0], q[1]);
}

/* The pseudo-angle y / (|x| + |y|) of the turned normal as 32 bits, above the index. Rounding keeps the
 * order or makes neighbours equal, up to the last place of the sum. */
static void find_keys_(size_t n, const double *normals, uint64_t *keys) {
    for (size_t i = 0; i < n; i++) {
        const double x = normals[2 * i], y = normals[2 * i + 1];
        const double turned = x < 0 ? -y : x > 0 ? y : fabs(y);
        const double angle = turned / (fabs(x) + fabs(y));
        keys[i] = (uint64_t)((angle + 1) * 0x1.fffffep30) << 32 | i;
    }
}

/* By their high halves, in three passes of eleven bits. The result is in `keys` or in `other`, as returned.
 * */
static uint64_t *radix_sort_(size_t n, uint64_t *keys, uint64_t *other, uint32_t *counts) {
    memset(counts, 0, PASSES_ * BUCKETS_ * sizeof *counts);
    for (size_t i = 0; i < n; i++) {
        for (unsigned pass = 0; pass < PASSES_; pass++) {
            counts[pass * BUCKETS_ + (keys[i] >> (32 + DIGIT_ * pass) & (BUCKETS_ - 1))]++;
        }
    }
    for (unsigned pass = 0; pass < PASSES_; pass++) {
        uint32_t *starts = counts + pass * BUCKETS_, total = 0;
        for (size_t b = 0; b < BUCKETS_; b++) {
            const uint32_t count = starts[b];
            starts[b] = total;
            total += count;
        }
        for (size_t i = 0; i < n; i++) {
            other[starts[keys[i] >> (32 + DIGIT_ * pass) & (BUCKETS_ - 1)]++] = keys[i];
        }
        uint64_t *swap = keys;
        keys = other;
        other = swap;
    }
    return keys;
}

static int is_sorted_(size_t n, const double *normals, const uint32_t *order) {
    for (size_t i = 1; i < n; i++) {
        if (compare_(normals, order[i - 1], order[i]) > 0) return 0;
    }
    return 1;
}

void zt_walk_cells_f64(size_t hyperplanes, const double *normals, uint32_t *order, uint64_t *start,
                       void *workspace) {
    const size_t n = hyperplanes, words = zt_words(n);
    uint64_t *keys = workspace, *other = keys + n;
    uint32_t *counts = (uint32_t *)(other + n);
    find_keys_(n, normals, keys);
    const uint64_t *sorted = radix_sort_(n, keys, other, counts);
    for (size_t i = 0; i < n; i++) order[i] = (uint32_t)sorted[i];
    if (!is_sorted_(n, normals, order)) {
        size_t *exact = (size_t *)keys, *scratch = (size_t *)other;
        for (size_t i = 0; i < n; i++) exact[i] = order[i];
        zt_sort_exactly_(n, exact, scratch, compare_, normals);
        for (size_t i = 0; i < n; i++) order[i] = (uint32_t)exact[i];
    }
    /* Just before the first of them all turned normals are on the negative side. */
    memset(start, 0, words * sizeof *start);
    for (size_t i = 0; i < n; i++) {
        start[i / 64] |= (uint64_t)(turn_(normals + 2 * i) < 0) << (i % 64);
    }
}

size_t zt_walk_cells_f64_workspace(size_t hyperplanes) {
    return 2 * hyperplanes * sizeof(uint64_t) + PASSES_ * BUCKETS_ * sizeof(uint32_t);
}
