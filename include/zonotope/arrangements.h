/*
 * Every open cell of the central arrangement {x_k . w = 0}, for rows of any rank up to 32. See zonotope.h.
 *
 * Exact for the real numbers that the doubles hold: ties, repeated and parallel rows, zero rows and more
 * columns than the rank are ordinary input. Signs come from floating point where a proved error bound allows and
 * from exact arithmetic elsewhere (docs/arrangements.md).
 *
 * The steps, each a function that allocates nothing:
 *   zt_scale_rows_f64   rows times powers of two, so that no product under- or overflows
 *   zt_row_space_f64    the rank r, and r columns that carry it
 *   zt_hyperplanes_f64  rows on the same hyperplane merged, with one normal each
 *   zt_cells_f64        the cells, in batches; or
 *   zt_walk_cells_f64   for rank 2, the cells as a walk of single flips
 *
 * Workspaces are counted in bytes here, and must be aligned for double.
 */
#ifndef ZONOTOPE_ARRANGEMENTS_H
#define ZONOTOPE_ARRANGEMENTS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How an enumeration ended. More values may be added. */
enum zt_cells_status {
    ZT_CELLS_COMPLETE = 0,
    /* A callback asked to stop; what was handed out before is valid. */
    ZT_CELLS_STOPPED = 1,
    /* There are more cells than the room given; what was found so far is valid. */
    ZT_CELLS_FULL = 2
};

/* Called now and then with the number of (half) cells or classes done so far; non-zero stops. */
typedef int (*zt_cells_progress)(void *context, size_t found);

/*
 * scaled_k = 2^e x_k with the largest entry of each row in [1/2, 1); zero rows stay zero. Exact, and e
 * depends on the row only, so cells do not change. x (n, d) finite, scaled (n, d).
 * Returns n, or the first row that has a non-zero entry below 2^-200 of its largest: products of such entries
 * could underflow, and the functions below may not be used. Cost: two passes over x.
 */
size_t zt_scale_rows_f64(size_t n, size_t d, const double *x, size_t x_stride, double *scaled,
                         size_t scaled_stride);

/*
 * Half the bound of Cover (1965): sum_{k < r} C(classes - 1, k) cells with class 0 positive, reached in
 * general position; 1 without classes. Any r. SIZE_MAX where the sum (or nearly) does not fit.
 */
size_t zt_half_cells_bound(size_t classes, size_t r);

/* The largest rank of an arrangement: rank r has at least 2^r cells. */
#define ZT_ARRANGEMENT_RANK_LIMIT 32

/*
 * The rank of the rows, exactly; columns[0 .. rank) are ascending columns whose submatrix has that rank. Its
 * cells are the cells of all columns. ZT_ARRANGEMENT_RANK_LIMIT + 1 when the rank is above the limit: columns
 * is then not meaningful.
 * scaled (n, d), from zt_scale_rows_f64; columns has room for ZT_ARRANGEMENT_RANK_LIMIT.
 * Cost: a few eliminations of (n, d), modulo primes.
 */
size_t zt_row_space_f64(size_t n, size_t d, const double *scaled, size_t stride, size_t *columns,
                        void *workspace);
size_t zt_row_space_f64_workspace(size_t n, size_t d);

/*
 * Merges the rows that span the same line (parallel or antiparallel) into hyperplanes, exactly, and drops
 * zero rows. Hyperplanes are in the order of their first rows, which are their normals as they stand.
 *   scaled (n, d), columns and rank r as above; only these columns are read.
 *   rows     n elements of room: the non-zero rows, hyperplane after hyperplane, ascending within one.
 *   starts   n + 1 elements of room: rows[starts[h] .. starts[h + 1]) are the rows of hyperplane h.
 *   flipped  a line of n bits: 1 where the row points against the normal. Zero rows: 0.
 *   normals  (n, r) of room, stride r: the first row of each hyperplane.
 * Returns the number of hyperplanes. Cost: O(n log n).
 */
size_t zt_hyperplanes_f64(size_t n, size_t d, size_t r, const double *scaled, size_t stride,
                          const size_t *columns, size_t *rows, size_t *starts, uint64_t *flipped,
                          double *normals, void *workspace);
size_t zt_hyperplanes_f64_workspace(size_t n, size_t r);

/* What to enumerate and how to hand it out. The arrays belong to the caller and are only read. */
typedef struct zt_cells_plan {
    size_t hyperplanes, rank; /* rank <= ZT_ARRANGEMENT_RANK_LIMIT */
    const double *normals;    /* (hyperplanes, rank), from zt_hyperplanes_f64 */
    /* Lines of bits of rows when rows is not NULL (all three from zt_hyperplanes_f64), else of hyperplanes.
     * */
    size_t samples;
    const size_t *rows, *starts;
    const uint64_t *flipped;
    size_t batch;  /* cells a batch at most; even, at least 2 (4096 is a good choice) */
    int witnesses; /* non-zero: a direction in the interior of each cell */
} zt_cells_plan;

/*
 * Cells of one call of the visitor; the arrays are reused after it returns. Cells come in pairs, 2 i and
 * 2 i + 1 are opposite. Only an arrangement without hyperplanes has a single cell.
 */
typedef struct zt_cells_batch {
    size_t count;
    const uint64_t *bits; /* count lines of `stride` words */
    size_t stride;
    /* (count, rank), or NULL: directions w with the exact signs of their cells; a row of NaN where none was
     * found among the doubles (cells thinner than their spacing). */
    const double *witnesses;
    /* count, or NULL: min_h |x_h . w| / (|x_h| |w|), the sine of the angle between witness and boundary. */
    const double *margins;
} zt_cells_batch;

/* Takes a batch; non-zero refuses it and stops the enumeration. */
typedef int (*zt_cells_visit)(void *context, const zt_cells_batch *batch);

/*
 * An enumeration is a sequence of tasks: the cells of tasks 0, 1, ... one after the other are the cells of
 * one call for all of them. Tasks may run at the same time, each with a workspace of its own. Their number
 * depends on the plan alone, and is at least 1.
 */
size_t zt_cells_tasks(const zt_cells_plan *plan);

/*
 * The open cells of tasks [first, last), each once, in an order that depends on the normals only.
 *   budget    cells at most, in pairs; ZT_CELLS_FULL says that there are more.
 *   visit     called with full batches and, at the end, with the rest. NULL counts only.
 *   progress  called now and then, more often than visit where cells are slow to come by, with the number of
 *             cells so far; may be NULL.
 *   found     the number of cells that the visitor accepted, by returning 0 for their batch, whatever the status;
 *             without a visitor, the number of cells.
 * Cost: proportional to the cells times the hyperplanes / 64 in general position; see docs/arrangements.md.
 */
enum zt_cells_status zt_cells_f64(const zt_cells_plan *plan, size_t first, size_t last, size_t budget,
                                  zt_cells_visit visit, zt_cells_progress progress, void *context,
                                  size_t *found, void *workspace);
/* Bytes, aligned for double; it does not depend on the tasks. SIZE_MAX where it does not fit. */
size_t zt_cells_f64_workspace(const zt_cells_plan *plan);

/*
 * Rank 2 as a walk of single flips: start is the line of bits of one cell, and flipping order[0], order[1],
 * ... one after the other leads through all cells on one side, and with order[hyperplanes - 1] to the
 * opposite of the start; the same order again leads back.
 *   normals (hyperplanes, 2) from zt_hyperplanes_f64; order: hyperplanes elements; start: a line of bits.
 * Cost: a radix sort.
 */
void zt_walk_cells_f64(size_t hyperplanes, const double *normals, uint32_t *order, uint64_t *start,
                       void *workspace);
size_t zt_walk_cells_f64_workspace(size_t hyperplanes);

#ifdef __cplusplus
}
#endif

#endif
