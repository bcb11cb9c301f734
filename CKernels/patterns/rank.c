/* Scaling by powers of two, and the exact rank of a matrix by bordered minors. */
#include "determinants.h"
#include "zonotope/arrangements.h"

size_t zt_scale_rows_f64(size_t n, size_t d, const double *x, size_t x_stride, double *scaled,
                         size_t scaled_stride) {
    for (size_t k = 0; k < n; k++) {
        const double *row = x + k * x_stride;
        double *target = scaled + k * scaled_stride, largest = 0;
        for (size_t j = 0; j < d; j++) largest = fmax(largest, fabs(row[j]));
        int exponent = 0;
        (void)frexp(largest, &exponent);
        /* Rows of subnormal numbers need more than the largest power of two that is a double. */
        int first = -exponent > 1000 ? 1000 : -exponent;
        double factor = ldexp(1, first), rest = ldexp(1, -exponent - first);
        for (size_t j = 0; j < d; j++) {
            double value = row[j] * factor * rest;
            if (row[j] != 0 && fabs(value) < 0x1p-200) return k;
            target[j] = value;
        }
    }
    return n;
}

/* A minor that is known not to vanish: its rows, its columns, its order. */
typedef struct {
    const double *rows[4];
    size_t columns[4];
    size_t order;
} minor_;

/* The entries of the rows of the minor and one more row, at its columns and one more column. */
static void border_(const minor_ *minor, const double *row, size_t column, double m[4][4]) {
    size_t order = minor->order;
    for (size_t i = 0; i <= order; i++) {
        const double *source = i < order ? minor->rows[i] : row;
        for (size_t j = 0; j < order; j++) m[i][j] = source[minor->columns[j]];
        m[i][order] = source[column];
    }
}

static int bordered_sign_(const minor_ *minor, const double *row, size_t column) {
    double m[4][4];
    border_(minor, row, column, m);
    switch (minor->order) {
    case 0:
        return zt_sign_(m[0][0]);
    case 1:
        return zt_det2_sign_(m[0][0], m[0][1], m[1][0], m[1][1]);
    case 2:
        return zt_det3_sign_(m[0], m[1], m[2]);
    default:
        return zt_det4_sign_(m[0], m[1], m[2], m[3]);
    }
}

/* The magnitude of a bordered minor up to rounding, for orders up to 3: how good a choice it is. */
static double bordered_size_(const minor_ *minor, const double *row, size_t column) {
    double m[4][4], permanent;
    border_(minor, row, column, m);
    switch (minor->order) {
    case 0:
        return fabs(m[0][0]);
    case 1:
        return fabs(m[0][0] * m[1][1] - m[0][1] * m[1][0]);
    default:
        return fabs(zt_minor3_(m[0], m[1], m[2], 0, 1, 2, &permanent));
    }
}

static int has_column_(const minor_ *minor, size_t column) {
    for (size_t j = 0; j < minor->order; j++) {
        if (minor->columns[j] == column) return 1;
    }
    return 0;
}

/* Extends the minor by the row and column that make it largest; 0 when all its borders vanish. The largest
 * one keeps the columns well conditioned; whether a border vanishes is decided exactly. */
static int extend_(size_t n, size_t d, const double *scaled, size_t stride, minor_ *minor) {
    const int exists_suffices = minor->order == ZT_CELLS_RANK_LIMIT;
    double best = -1;
    const double *best_row = NULL;
    size_t best_column = 0;
    for (size_t k = 0; k < n; k++) {
        const double *row = scaled + k * stride;
        for (size_t j = 0; j < d; j++) {
            if (has_column_(minor, j)) continue;
            double size = exists_suffices ? 0 : bordered_size_(minor, row, j);
            if (size <= best || bordered_sign_(minor, row, j) == 0) continue;
            if (exists_suffices) return 1;
            best = size;
            best_row = row;
            best_column = j;
        }
    }
    if (best_row == NULL) return 0;
    minor->rows[minor->order] = best_row;
    minor->columns[minor->order] = best_column;
    minor->order++;
    return 1;
}

size_t zt_independent_columns_f64(size_t n, size_t d, const double *scaled, size_t stride, size_t *columns) {
    minor_ minor = {.order = 0};
    while (minor.order < ZT_CELLS_RANK_LIMIT && extend_(n, d, scaled, stride, &minor)) {
    }
    if (minor.order == ZT_CELLS_RANK_LIMIT && extend_(n, d, scaled, stride, &minor)) {
        return ZT_CELLS_RANK_LIMIT + 1;
    }
    for (size_t i = 0; i < minor.order; i++) {
        size_t column = minor.columns[i], place = i;
        for (; place > 0 && columns[place - 1] > column; place--) columns[place] = columns[place - 1];
        columns[place] = column;
    }
    return minor.order;
}
