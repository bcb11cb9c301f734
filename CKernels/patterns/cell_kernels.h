/* The inner loops of the search for cells, of which each instruction set may have its own. */
#ifndef ZT_CELL_KERNELS_H
#define ZT_CELL_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* The largest rank of an arrangement, and to a multiple of what number of rows the columns of all kernels must be
 * readable; what they read there does not matter. */
enum { ZT_CELL_COLUMNS_ = 32, ZT_CELL_PADDING_ = 32 };

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

/* Which of the rows vary: the largest |column_c[i]| - error_c over the columns is positive. A line of bits. */
typedef struct zt_cell_varies_ {
    size_t rows, columns;
    const double *column[ZT_CELL_COLUMNS_];
    double error[ZT_CELL_COLUMNS_];
    uint64_t *varies;
} zt_cell_varies_;
typedef void zt_cell_varies_fn_(const zt_cell_varies_ *varies);

/* For up to two functionals and all b < rank: value_b = sum_c functional[c] column_b[c] and
 * size_b = sum_c weight[c] |column_b[c]|. value and size have room up to a multiple of 8. */
enum { ZT_CELL_FORMS_ = 2 };
typedef struct zt_cell_forms_ {
    size_t rank, count;
    const double *column[ZT_CELL_COLUMNS_];
    const double *functional[ZT_CELL_FORMS_], *weight[ZT_CELL_FORMS_];
    double *value[ZT_CELL_FORMS_], *size[ZT_CELL_FORMS_];
} zt_cell_forms_;
typedef void zt_cell_forms_fn_(const zt_cell_forms_ *forms);

/*
 * Where each of `rows` affine functions C + t Y of one variable vanishes. A row moves when |Y| exceeds slope_error;
 * one that does not vanishes at -inf for C > 0 and at +inf else.
 *   exact      low[i] = -C / Y; high is not written.
 *   otherwise  C and Y are off by constant_error and slope_error at most, and the root is in [low[i], high[i]], which
 *              is the whole line where these leave it open.
 * Behind the rows, up to a multiple of ZT_CELL_PADDING_, roots are +inf. Lines of bits: falling (Y < 0), moving, vanishing (does not move and C = 0).
 */
typedef struct zt_cell_roots_ {
    size_t rows;
    int exact;
    const double *constant, *slope;
    double constant_error, slope_error;
    double *low, *high;
    uint64_t *falling, *moving, *vanishing;
} zt_cell_roots_;
typedef void zt_cell_roots_fn_(const zt_cell_roots_ *line);

/*
 * Signs at the vertices of a line, vertex after vertex as bits: of v_b = form_b Y_j - form_slope X_b[j], for the
 * constant (b = 0) and each picked row k (b = k + 1).
 *   positive  picked + 1 lines over all rows, v_b > 0; open: one line, where |v_b| does not exceed
 *             scale_b |Y_j| + slope_scale |X_b[j]| + floor_b for some b.
 * Bits from that of `first` on and below `rows` are meaningful.
 */
typedef struct zt_cell_signs_ {
    size_t rows, first;
    const double *slope;
    size_t picked;                          /* at most rank - 2 */
    const double *column[ZT_CELL_COLUMNS_]; /* X_b */
    double form[ZT_CELL_COLUMNS_], scale[ZT_CELL_COLUMNS_], floor[ZT_CELL_COLUMNS_];
    double form_slope, slope_scale;
    uint64_t *positive, *open;
} zt_cell_signs_;
typedef void zt_cell_signs_fn_(const zt_cell_signs_ *signs);

/*
 * Lines of bits at vertices by the order of the roots: row i vanishes in [low[i], high[i]], padded as above, vertex v
 * lies in [vertex_low[v], vertex_high[v]]. Line v: (high[i] < vertex_low[v]) xor falling. near[v]: how many rows do
 * not lie apart from the vertex (a vertex of a row counts that row).
 */
typedef struct zt_cell_order_ {
    size_t rows, vertices;
    const double *low, *high, *vertex_low, *vertex_high;
    const uint64_t *falling;
    uint64_t *bits;
    uint32_t *near;
} zt_cell_order_;
typedef void zt_cell_order_fn_(const zt_cell_order_ *order);

/*
 * How fast the nearest row is reached from a point in some direction: the largest -G_i / P_i over the rows
 * without the ignored ones, at least 0, where P = C + t Y and G = growth Y + sum_k inward_k L_k; slope NULL
 * counts as zero. To about four digits. The columns go on behind the rows with `rank` rows more: P and G of these are stored, of row i at place i - rows / 8 * 8.
 */
typedef struct zt_cell_reach_ {
    size_t rows, rank, picked;
    const double *constant, *slope;
    double t, growth;
    const double *slack[ZT_CELL_COLUMNS_];
    double inward[ZT_CELL_COLUMNS_];
    const uint64_t *ignored;  /* a line of bits */
    double *point, *gradient; /* rank + 16 of room */
} zt_cell_reach_;
typedef double zt_cell_reach_fn_(const zt_cell_reach_ *reach);

/*
 * The least |x_h . w| scale_h over all hyperplanes if every product is larger than bound_h in magnitude and
 * has the sign of its bit, else -1. columns: coordinate c of hyperplane h at columns[c stride + h].
 */
typedef struct zt_cell_check_ {
    size_t hyperplanes, rank, stride;
    const double *columns, *bound, *scale;
} zt_cell_check_;
typedef double zt_cell_check_fn_(const zt_cell_check_ *check, const uint64_t *line, const double *w);

#define ZT_CELL_KERNELS_(X)                                                                                  \
    X(cell_exchange)                                                                                         \
    X(cell_varies)                                                                                           \
    X(cell_forms)                                                                                            \
    X(cell_roots)                                                                                            \
    X(cell_signs)                                                                                            \
    X(cell_order)                                                                                            \
    X(cell_reach)                                                                                            \
    X(cell_check)

#define ZT_CELL_KERNELS_OF_(X, tier)                                                                         \
    X(cell_exchange, tier)                                                                                   \
    X(cell_varies, tier)                                                                                     \
    X(cell_forms, tier)                                                                                      \
    X(cell_roots, tier)                                                                                      \
    X(cell_signs, tier)                                                                                      \
    X(cell_order, tier)                                                                                      \
    X(cell_reach, tier)                                                                                      \
    X(cell_check, tier)

typedef struct {
    zt_cell_exchange_fn_ *exchange;
    zt_cell_varies_fn_ *varies;
    zt_cell_forms_fn_ *forms;
    zt_cell_roots_fn_ *roots;
    zt_cell_signs_fn_ *signs;
    zt_cell_order_fn_ *order;
    zt_cell_reach_fn_ *reach;
    zt_cell_check_fn_ *check;
} zt_cell_kernels_;

#endif
