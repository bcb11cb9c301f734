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

size_t zt_row_classes_f64(size_t n, size_t d, size_t r, const double *scaled, size_t stride,
                          const size_t *columns, size_t *rows, size_t *starts, uint64_t *flipped,
                          double *normals, void *workspace) {
    (void)d;
    double *oriented = workspace;
    zt_keyed_ *items = (zt_keyed_ *)(oriented + n * r), *scratch = items + n;
    size_t kept = orient_(n, r, scaled, stride, columns, oriented, flipped, items);

    zt_sort_keyed_(kept, items, scratch);
    for (size_t i = 0; i < kept; i++) rows[i] = items[i].index;
    lines_ lines = {r, oriented};
    zt_sort_exactly_(kept, rows, (size_t *)scratch, compare_lines_, &lines);

    size_t classes = 0;
    for (size_t i = 0; i < kept; i++) {
        if (i > 0 && compare_lines_(&lines, rows[i - 1], rows[i]) == 0) continue;
        starts[classes] = i;
        memcpy(normals + classes * r, oriented + rows[i] * r, r * sizeof *normals);
        classes++;
    }
    starts[classes] = kept;
    return classes;
}

size_t zt_row_classes_f64_workspace(size_t n, size_t r) {
    return n * (r * sizeof(double) + 2 * sizeof(zt_keyed_));
}
