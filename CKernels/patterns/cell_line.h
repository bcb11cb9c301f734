/* What the parts of the search on a line share. */
#ifndef ZT_CELL_LINE_H
#define ZT_CELL_LINE_H

#include "cell_search.h"

#pragma GCC visibility push(hidden)

/* A node with one free coordinate; forms are functionals 0 and, where there is a flag, 1 there. */
typedef struct {
    zt_search_ *search;
    zt_node_ *node;
    const double *constant, *slope;
    double constant_error, slope_error;
    zt_form_ form[ZT_CELL_FORMS_];
} zt_flat_line_;

/* The upper ends of the intervals in which rows vanish. */
static inline const double *zt_line_high_(const zt_flat_line_ *line) {
    return line->node->exact ? line->search->low : line->search->high;
}

/* The vertex of level 1, where functional 0 vanishes: what functional 1 says there of the picked rows (in
 * order) and of its value (last). */
typedef struct {
    zt_basis_ basis;
    int form_sign; /* of the slope of functional 0 on the line; 0 when in doubt */
    double value[ZT_RANK_], error[ZT_RANK_];
    int sign[ZT_RANK_]; /* 0 when in doubt */
} zt_level_one_;

/* ------------------------------------------------------------------ all vertices (cell_line.c, cell_walk.c) */

/* The cell at a vertex where no other row vanishes and all signs are known, from the bits of the other rows. */
int zt_line_simple_cell_(const zt_flat_line_ *line, size_t j, uint64_t *bits);
/* The cells at any other vertex; bits: a line of room. */
int zt_line_open_cells_(const zt_flat_line_ *line, size_t j, uint64_t *bits);
/* The vertices in order, when functionals have known signs on the line and no further rows vanish on it. */
int zt_line_walk_(const zt_flat_line_ *line);

/* ------------------------------------------------------------------ vertices of rows (cell_vertex.c) */

/* The sign of row i where row j vanishes; 0 when both do. */
int zt_sign_at_(const zt_flat_line_ *line, size_t i, size_t j);
/* Whether row j rises or falls along the line; it moves. */
int zt_slope_sign_(const zt_flat_line_ *line, size_t j);

/* The bits at the vertex of row j, those that rounding hides exactly, and its members. 0 when a row before j vanishes with
 * it: the set is not the first basis. */
int zt_settle_vertex_(const zt_flat_line_ *line, size_t j, uint64_t *bits);
/* The same on an exact line where only the picked rows vanish throughout, from the bits of the rows whose roots are other
 * doubles. rows: those with the root of j, ascending, as far as their roots are the same. */
int zt_settle_equal_(const zt_flat_line_ *line, const uint64_t *rows, size_t count, size_t j, uint64_t *bits);
/* The cell at a vertex where only the picked rows and j vanish, its bits known. */
int zt_simple_vertex_(const zt_flat_line_ *line, size_t j, uint64_t *bits, int below);
/* All cells at a vertex whose bits and members are settled. */
int zt_tied_vertex_(const zt_flat_line_ *line, size_t j, uint64_t *bits);

/* ------------------------------------------------------------------ the vertex of level 1 (cell_level_one.c) */

/* What can be said without exact arithmetic; whether that is everything. */
int zt_find_level_one_(const zt_flat_line_ *line, zt_level_one_ *flag);
/* Its cells; settled: the bits in `base` and all signs are known. */
int zt_level_one_vertex_(const zt_flat_line_ *line, zt_level_one_ *flag, int settled);

#pragma GCC visibility pop

#endif
