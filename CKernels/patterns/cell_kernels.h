/* The inner loops of the search for cells, of which each instruction set may have its own. */
#ifndef ZT_CELL_KERNELS_H
#define ZT_CELL_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* The largest rank of an arrangement. */
enum { ZT_CELL_COLUMNS_ = 32 };

/* target = source alpha - pivot beta for each column, rounded to integers if asked (all are below 2^50), and
 * slack = slack_factor pivot. rows is a multiple of 8. Source and target are different. */
typedef struct zt_cell_exchange_ {
    size_t rows, columns;
    const double *source[ZT_CELL_COLUMNS_];
    double *target[ZT_CELL_COLUMNS_], beta[ZT_CELL_COLUMNS_];
    const double *pivot;
    double alpha, *slack, slack_factor;
    int rounded;
} zt_cell_exchange_;
typedef void zt_cell_exchange_fn_(const zt_cell_exchange_ *exchange);

/*
 * Where each of `rows` affine functions C + t Y of one variable vanishes: roots[i] = -C / Y; where Y = 0,
 * -inf for C > 0 and +inf else. Behind the rows, up to a multiple of 8, roots are +inf. Lines of bits:
 * falling (Y < 0), moving (Y != 0), vanishing (C = Y = 0). C and Y are readable up to that multiple.
 */
typedef struct zt_cell_roots_ {
    size_t rows;
    const double *constant, *slope;
    double *roots;
    uint64_t *falling, *moving, *vanishing;
} zt_cell_roots_;
typedef void zt_cell_roots_fn_(const zt_cell_roots_ *line);

enum zt_vertex_flag_ {
    ZT_VERTEX_OPEN_ = 1, /* comparisons or signs are left open; the bits are not meaningful */
    ZT_VERTEX_NONE_ = 2, /* the row does not move: no vertex */
    ZT_VERTEX_BELOW_ = 4 /* the functional and the slope differ in sign: it is negative at the vertex */
};

/*
 * The cells at the simple vertices of a line: for each row j in [first, rows) a line of bits and a flag.
 *   roots          row i vanishes in [low[i], high[i]], padded as above; the vertex of row j is open unless
 *                  all others lie apart from it.
 *   bits of i      (root i < root j) xor falling, but for the picked rows and j.
 *   signs          of v_b = form_b Y_j - form_slope X_b[j], for the constant (b = 0) and each picked row k
 *                  (b = k + 1), known where |v_b| > scale_b |Y_j| + slope_scale |X_b[j]| + floor_b.
 *   bits of picks  v_b of the picked row and v_0 have the same sign; bit of j: form_slope and v_0 have.
 */
typedef struct zt_cell_line_ {
    size_t rows, words, first;
    const double *low, *high, *slope;
    const uint64_t *falling, *moving;
    size_t picked; /* at most rank - 2 */
    size_t pick[ZT_CELL_COLUMNS_];
    const double *column[ZT_CELL_COLUMNS_]; /* X_b */
    double form[ZT_CELL_COLUMNS_], scale[ZT_CELL_COLUMNS_], floor[ZT_CELL_COLUMNS_];
    double form_slope, slope_scale;
    uint64_t *bits; /* line j at bits + j words */
    uint8_t *flags;
    /* Another vertex, which no row defines, in [extra_low, extra_high]: bits of all rows; NULL for none. */
    double extra_low, extra_high;
    uint64_t *extra_bits;
    int *extra_open;
} zt_cell_line_;
typedef void zt_cell_line_fn_(const zt_cell_line_ *line);

/*
 * How fast the nearest row is reached from a point in some direction: the largest -G_i / P_i over the rows
 * without the ignored ones, at least 0, where P = C + t Y and G = growth Y + sum_k inward_k L_k; slope NULL
 * counts as zero. To about four digits. Columns are readable up to a multiple of 8.
 */
typedef struct zt_cell_reach_ {
    size_t rows, picked;
    const double *constant, *slope;
    double t, growth;
    const double *slack[ZT_CELL_COLUMNS_];
    double inward[ZT_CELL_COLUMNS_];
    const uint64_t *ignored; /* a line of bits */
} zt_cell_reach_;
typedef double zt_cell_reach_fn_(const zt_cell_reach_ *reach);

/*
 * The least |x_h . w| scale_h over all hyperplanes if every product is larger than bound_h in magnitude and
 * has the sign of its bit, else -1. columns: coordinate c of hyperplane h at columns[c stride + h]; all
 * readable up to a multiple of 8.
 */
typedef struct zt_cell_check_ {
    size_t hyperplanes, rank, stride;
    const double *columns, *bound, *scale;
} zt_cell_check_;
typedef double zt_cell_check_fn_(const zt_cell_check_ *check, const uint64_t *line, const double *w);

#define ZT_CELL_KERNELS_(X)                                                                                  \
    X(cell_exchange)                                                                                         \
    X(cell_roots)                                                                                            \
    X(cell_line)                                                                                             \
    X(cell_reach)                                                                                            \
    X(cell_check)

#define ZT_CELL_KERNELS_OF_(X, tier)                                                                         \
    X(cell_exchange, tier)                                                                                   \
    X(cell_roots, tier)                                                                                      \
    X(cell_line, tier)                                                                                       \
    X(cell_reach, tier)                                                                                      \
    X(cell_check, tier)

typedef struct {
    zt_cell_reach_fn_ *reach;
    zt_cell_check_fn_ *check;
    zt_cell_exchange_fn_ *exchange;
    zt_cell_roots_fn_ *roots;
    zt_cell_line_fn_ *line;
} zt_cell_kernels_;

#endif
