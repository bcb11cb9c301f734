/* Rows that define the same hyperplane, found by sorting lines through the origin, exactly. */
#include <string.h>

#include "determinants.h"
#include "sorting.h"
#include "zonotope/arrangements.h"

/* Rows of r entries, each oriented so that its first non-zero entry is positive. */
typedef struct {
    size_t r;
    const double *oriented;
} lines_;

static size_t leading_(size_t r, const double *row) {
    size_t j = 0;
    while (j < r && row[j] == 0) j++;
    return j;
}

/* By the place of the leading entry, then by the ratios of the entries after it to it. */
static int compare_lines_(const void *context, size_t a, size_t b) {
    const lines_ *lines = context;
    const double *p = lines->oriented + a * lines->r, *q = lines->oriented + b * lines->r;
    size_t lead = leading_(lines->r, p), other = leading_(lines->r, q);
    if (lead != other) return lead < other ? -1 : 1;
    for (size_t j = lead + 1; j < lines->r; j++) {
        int sign = zt_det2_sign_(p[lead], p[j], q[lead], q[j]);
        if (sign != 0) return -sign;
    }
    return 0;
}

/* Grows with the order of compare_lines_, up to rounding and ties: the first ratio, squeezed into (-1, 1). */
static double key_(size_t r, const double *row) {
    size_t lead = leading_(r, row);
    if (lead + 1 >= r) return 4 * (double)lead;
    double ratio = row[lead + 1] / row[lead];
    return 4 * (double)lead + ratio / (1 + fabs(ratio));
}

/* Copies the columns, oriented; notes which rows were turned round; returns the number of non-zero rows. */
static size_t orient_(size_t n, size_t r, const double *scaled, size_t stride, const size_t *columns,
                      double *oriented, uint64_t *flipped, zt_keyed_ *items) {
    size_t kept = 0;
    memset(flipped, 0, (n / 64 + (n % 64 != 0)) * sizeof *flipped);
    for (size_t k = 0; k < n; k++) {
        double *target = oriented + k * r;
        for (size_t j = 0; j < r; j++) target[j] = scaled[k * stride + columns[j]];
        size_t lead = leading_(r, target);
        if (lead == r) continue;
        if (target[lead] < 0) {
            for (size_t j = 0; j < r; j++) target[j] = -target[j];
            flipped[k / 64] |= (uint64_t)1 << (k % 64);
        }
        items[kept].key = key_(r, target);
        items[kept++].index = k;
    }
    return kept;
}

static unsigned bit_(const uint64_t *line, size_t i) {
    return (unsigned)(line[i / 64] >> (i % 64)) & 1;
}

/* Where each group of equal lines starts, noted at its first row; SIZE_MAX at the others. */
static void group_(const lines_ *lines, size_t kept, const size_t *sorted, size_t n, size_t *group_of) {
    for (size_t k = 0; k < n; k++) group_of[k] = SIZE_MAX;
    for (size_t i = 0; i < kept; i++) {
        if (i > 0 && compare_lines_(lines, sorted[i - 1], sorted[i]) == 0) continue;
        group_of[sorted[i]] = i;
    }
}

size_t zt_hyperplanes_f64(size_t n, size_t d, size_t r, const double *scaled, size_t stride,
                          const size_t *columns, size_t *rows, size_t *starts, uint64_t *flipped,
                          double *normals, void *workspace) {
    (void)d;
    double *oriented = workspace;
    zt_keyed_ *items = (zt_keyed_ *)(oriented + n * r), *scratch = items + n;
    size_t *sorted = (size_t *)(scratch + n), *group_of = sorted + n;
    uint64_t *turned = (uint64_t *)(group_of + n);
    size_t kept = orient_(n, r, scaled, stride, columns, oriented, turned, items);
    zt_sort_keyed_(kept, items, scratch);
    for (size_t i = 0; i < kept; i++) sorted[i] = items[i].index;
    lines_ lines = {r, oriented};
    zt_sort_exactly_(kept, sorted, (size_t *)scratch, compare_lines_, &lines);
    group_(&lines, kept, sorted, n, group_of);

    size_t found = 0, place = 0;
    memset(flipped, 0, (n / 64 + (n % 64 != 0)) * sizeof *flipped);
    for (size_t first = 0; first < n; first++) {
        if (group_of[first] == SIZE_MAX) continue;
        starts[found] = place;
        for (size_t j = 0; j < r; j++) normals[found * r + j] = scaled[first * stride + columns[j]];
        /* The group ends where the next one, which starts with another row, begins. */
        for (size_t i = group_of[first]; i < kept; i++) {
            size_t row = sorted[i];
            if (row != first && group_of[row] != SIZE_MAX) break;
            rows[place++] = row;
            flipped[row / 64] |= (uint64_t)(bit_(turned, row) ^ bit_(turned, first)) << (row % 64);
        }
        found++;
    }
    starts[found] = place;
    return found;
}

size_t zt_hyperplanes_f64_workspace(size_t n, size_t r) {
    return n * (r * sizeof(double) + 2 * sizeof(zt_keyed_) + 2 * sizeof(size_t)) +
           (n / 64 + 1) * sizeof(uint64_t);
}
