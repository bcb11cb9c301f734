/*
 * The search for the cells of an arrangement at their lowest vertices: what its parts share.
 *
 * Row 0 is the chart: the search works in {x_0 . w = 1}. Functionals f_0, f_1, ... cut out a flag of flats
 * {f_0 = ... = f_{g-1} = 0}. A cell is handed out at the level g of the last flat it meets, at the vertex
 * where |f_g| is least on the part of it there. That vertex is the point of level g on the flat of e - g
 * rows (e the dimension of the chart), so one search over sets S of rows, each the lexicographically first
 * basis of what vanishes on its flat, finds the vertices of all levels: a set of q rows has one vertex, of
 * level e - q.
 *
 * Where more rows than S vanish at a vertex, the cells around it are those of an arrangement of lower rank:
 * the rows that vanish, in terms of S. They are searched the same way, with f_g as the only functional and
 * no flag. Such searches are nested; see cell_local.c.
 */
#ifndef ZT_CELL_SEARCH_H
#define ZT_CELL_SEARCH_H

#include "cell_kernels.h"
#include "exact_determinant.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#pragma GCC visibility push(hidden)

enum {
    ZT_RANK_ = ZT_ARRANGEMENT_RANK_LIMIT,
    ZT_LANES_ = 8, /* Columns are padded to whole vectors of doubles. */
};

_Static_assert((int)ZT_CELL_COLUMNS_ == (int)ZT_ARRANGEMENT_RANK_LIMIT, "kernels take every rank");

/*
 * A dictionary: on the flat of S every row x_i is
 *     scale x_i = C_i + sum_p Y_pi y_p + sum_k L_ki x_{s_k},
 * with free coordinates y_p. columns[0] is C, then come the free Y, then the L in the order of S. Behind
 * the rows follow the coordinates themselves, as rows of their own.
 *
 * When exact, all entries are integers (minors of the data) and scale is one; otherwise those of column c are
 * off by at most error[c], and none exceeds norm[c]. An entry that is known to be zero is zero.
 */
typedef struct {
    size_t free, picked, last;
    size_t next, limit; /* the row to pick next, and the end of the rows to pick */
    size_t closure;     /* rows that vanish beyond S */
    int exact, has_norms;
    double scale;
    double *columns[ZT_RANK_], error[ZT_RANK_], norm[ZT_RANK_];
    const double *direction[ZT_RANK_]; /* free column p is the coefficient of this row of the whole space */
    /* Rows as bits: those that vary on the flat of S, and those that vanish there because they depend on S or belong to
     * it. The others depend on S and the chart: they have one sign, that of C. */
    uint64_t *moving, *vanishing;
} zt_node_;

typedef struct zt_run_ zt_run_;

/* Where a vertex is: what a search nested in it needs to complete its cells. */
typedef struct {
    size_t rows; /* how many vanish there */
    const size_t *members;
    uint64_t *base;         /* bits of the others */
    const double *constant; /* C, and with y the point: C_i + t Y_i */
    const double *slope;    /* Y, or NULL */
    double t;
    size_t picked;
    const double *slack[ZT_RANK_]; /* L */
    double gain[ZT_RANK_];         /* by how much y grows with x_{s_k} */
    int sigma;                     /* of a nested search: the sign of the functional there */
} zt_vertex_;

typedef struct zt_search_ {
    zt_run_ *run;
    struct zt_search_ *outer; /* whose vertex this search is about; NULL for the whole arrangement */
    size_t rows, rank, padded, words;
    const double **global; /* the rows in the whole space */
    size_t picked[ZT_RANK_];
    zt_node_ *nodes; /* one for each number of picked rows below rank */

    /* What stays fixed in all exact questions besides the chart. */
    size_t fixed;
    const double *fixed_rows[ZT_RANK_];
    size_t fixed_functional[ZT_RANK_];

    /* Functionals in terms of the coordinates, and how far off they are at most. */
    size_t functionals, first_functional;
    int orientation; /* the functional of a nested search is this sign times that of the run */
    double *functional, *functional_error; /* (functionals, rank) */
    /* Of the entries: how much each adds to the error of a form, and the sum of all with their errors. */
    double *functional_weight, *functional_size;

    zt_vertex_ vertex;
    size_t *members;
    uint64_t *line, *base;
    /* For the rows on a line: where they vanish, from below and above; and the bits at the vertices. */
    double *low, *high;
    double *flag_columns; /* for vertices of levels above 1: rank columns, their node, functionals */
    zt_node_ *flag_node;
    void *forms;
    /* Of a line: the rows that fall, and what the kernels say of its vertices; lines of bits at a word of them. */
    uint64_t *falling, *positive, *open, *vertex_lines;
    uint64_t *sorted, *sorting; /* the rows in the order of their roots, and room to find it */
    uint64_t *walk;             /* bits between two vertices */
    double *direction, *zeros;
    uint64_t *ignored, *scratch;
} zt_search_;

/* Room for the searches, handed out in the order of nesting. */
typedef struct {
    uintptr_t next, end; /* end 0: it only counts */
} zt_arena_;

/* Bits of a word of hyperplanes that go to a word of rows, turned left: how a line is expanded. */
typedef struct {
    uint64_t mask;
    uint32_t target, source, turn;
} zt_move_;
typedef struct {
    size_t count;
    zt_move_ *moves; /* room for one a row */
    uint64_t *used;  /* the rows that are not zero */
    size_t *last;    /* the last move into each word of rows, plus one */
} zt_moves_;

/* How the vertices of a line are found: each row compared with all others, or all in the order of the line. */
enum zt_line_method_ { ZT_LINE_QUICKER_ = 0, ZT_LINE_COMPARED_ = 1, ZT_LINE_SORTED_ = 2 };

struct zt_run_ {
    const zt_cells_plan *plan;
    int method; /* of enum zt_line_method_ */
    zt_moves_ moves;
    zt_cell_check_ check;
    zt_cell_kernels_ kernels;
    const double *functionals; /* (rank, rank) */
    zt_arena_ arena;
    zt_cells_visit visit;
    zt_cells_progress progress;
    void *context;
    enum zt_cells_status status;
    size_t budget, found, steps;
    size_t batched, batch;
    size_t stride;          /* words of a line handed out */
    size_t line_words;      /* words of a line of hyperplanes */
    uint64_t tail;          /* the bits in use of its last word */
    uint64_t *lines, *rows; /* a batch in bits of hyperplanes, and of rows where these differ */
    double *witnesses, *margins;
    int same_bits; /* the hyperplanes are the rows */
};

/* ------------------------------------------------------------------ searches (cell_search.c) */

/* Bytes of a search of that size, and the search itself in the arena, its arrays laid out but not filled. */
size_t zt_search_bytes_(size_t rows, size_t rank);
zt_search_ *zt_search_open_(zt_run_ *run, zt_search_ *outer, size_t rows, size_t rank);

/* All cells of a nested search. 0 when the run has ended. */
int zt_search_all_(zt_search_ *search);
/* Nodes below the picks (first, second) up to before (end, past); see cell_enumerate.c. */
typedef struct {
    size_t first, second, end, past;
    int root; /* with the vertex of the empty set */
} zt_part_;
int zt_search_part_(zt_search_ *search, const zt_part_ *part);

/* ------------------------------------------------------------------ dictionaries (cell_node.c) */

/* The dictionary after picking row j, into nodes[node->picked + 1]. */
void zt_node_pick_(zt_search_ *search, zt_node_ *node, size_t j, zt_node_ *child);
/* The dictionary of the chart from that of the coordinates themselves, `raw`; units are the unit vectors. */
void zt_node_root_(zt_search_ *search, zt_node_ *raw, const double *units);
/* Finds which rows move and vanish. 0 when a row before `last` vanishes newly: S is not the first basis. */
int zt_node_classify_(zt_search_ *search, const zt_node_ *parent, zt_node_ *node);

/* ------------------------------------------------------------------ exact questions (cell_exact.c) */

/* A place in the basis that a question is about. */
enum { ZT_AT_CHART_ = -1, ZT_AT_EXTRA_ = 1000 };

/* The sign of the coefficient of a basis element in the expansion of a row or, with functional > 0, of
 * functional number functional - 1. The basis: what is fixed, the first `level` functionals, the chart, the
 * picked rows, and `extra`. at: ZT_AT_CHART_, the number of a picked row, or ZT_AT_EXTRA_ + the number of
 * an extra row. */
typedef struct {
    size_t level, picked, extras;
    const size_t *picks;
    const double *extra[ZT_RANK_];
} zt_basis_;
int zt_coefficient_sign_(const zt_search_ *search, const zt_basis_ *basis, int at, const double *row,
                         size_t functional);
/* Whether row j depends on the picked rows, and the chart if asked. */
int zt_depends_(const zt_search_ *search, size_t picked, int with_chart, size_t j);

/* a b - c d with errors: its sign, or 2 when the errors leave it open. */
static inline int zt_filtered_sign_(double a, double a_error, double b, double b_error, double c,
                                    double c_error, double d, double d_error) {
    double left = a * b, right = c * d;
    double bound = a_error * fabs(b) + (fabs(a) + a_error) * b_error + c_error * fabs(d) +
                   (fabs(c) + c_error) * d_error + 0x1p-51 * (fabs(left) + fabs(right)) + 0x1p-1000;
    double value = left - right;
    if (!(fabs(value) > bound * (1 + 0x1p-40))) return 2;
    return value > 0 ? 1 : -1;
}

/* ------------------------------------------------------------------ vertices */

/* The coefficients of a functional in a dictionary, and their errors. */
typedef struct {
    double value[ZT_RANK_], error[ZT_RANK_];
} zt_form_;
/* The coefficients of one or two functionals, the first and the next. */
void zt_find_forms_(const zt_search_ *search, const zt_node_ *node, size_t first, size_t count,
                    zt_form_ *forms);
/* What errors of forms are computed from, after functional[] and functional_error[] are set. */
void zt_weigh_functionals_(zt_search_ *search);

/* The vertices of a line: of level 0, and of level 1 unless the search is nested. parent: the node it comes
 * from, or NULL when its rows are classified. 0 when the run has ended. */
int zt_line_(zt_search_ *search, const zt_node_ *parent, zt_node_ *node);
/* The vertex of level node->free >= 2 on the flat of a node, or the point of the flag for the empty set. */
int zt_flag_vertex_(zt_search_ *search, const zt_node_ *node);

/* The search around the vertex of `search`, whose members are set: room for the rows that vanish there in
 * terms of the picked ones, column after column, in nodes[0].columns, and for their functional. level: how
 * many functionals of the flag vanish there. */
zt_search_ *zt_local_open_(zt_search_ *search, const size_t *picks, size_t count, size_t level);
/* Its cells, after exact, scale, error of nodes[0], functional[] and functional_error[] are set. */
int zt_local_cells_(zt_search_ *local);

/* A cell at the vertex of the search, from its line of bits: inward are the values of the picked rows. 0 when
 * the run has ended. */
int zt_vertex_cell_(zt_search_ *search, uint64_t *line, const double *inward);

/* ------------------------------------------------------------------ output (cell_output.c) */

int zt_output_cell_(zt_run_ *run, const uint64_t *line, const double *direction);
int zt_output_flush_(zt_run_ *run);
/* Lays out what directions are checked with, in (rank + 2) (hyperplanes + ZT_CELL_PADDING_) numbers. */
void zt_output_check_(zt_run_ *run, double *room);
void zt_output_moves_(const zt_cells_plan *plan, zt_moves_ *moves);

static inline unsigned zt_bit_(const uint64_t *line, size_t i) {
    return (unsigned)(line[i / 64] >> (i % 64)) & 1;
}
static inline void zt_set_bit_(uint64_t *line, size_t i, unsigned bit) {
    line[i / 64] = (line[i / 64] & ~((uint64_t)1 << (i % 64))) | (uint64_t)bit << (i % 64);
}

#pragma GCC visibility pop

#endif
