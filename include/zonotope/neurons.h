/* How much a single neuron can gain: the oracle of column generation. See zonotope.h for the conventions. */
#ifndef ZONOTOPE_NEURONS_H
#define ZONOTOPE_NEURONS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The response of a neuron with weights w, positively homogeneous in w:
 *
 *     F(w) = linear . w + sum_k weights_k max(x_k . w, 0)
 *
 * With z a dual point of a training problem, weights = z and linear = 0 it is z'(Xw)_+; slopes a, b give weights = (a - b) z
 * and linear = b X'z. Its maximum over ||w|| <= 1 decides whether any neuron at all could improve a network (Pilanci and
 * Ergen 2020, section 3): it cannot where the maxima of F for z and for -z are at most beta.
 *
 *   x        (samples, rank), x_stride elements apart
 *   weights  samples numbers
 *   linear   rank numbers, or NULL for zeros
 */
typedef struct zt_response {
    size_t samples, rank;
    const double *x;
    size_t x_stride;
    const double *weights, *linear;
} zt_response;

/* Directions of a higher rank are not searched. */
enum { ZT_RESPONSE_RANK_LIMIT = 12 };

/* F(w). */
double zt_response_f64(const zt_response *response, const double *w);

/*
 * Climbs from w to a local maximum of F on the unit ball: in leaps along gradients first, then from cell to cell of the
 * arrangement of the rows, by projecting the gradient of the cell onto its cone and crossing the active plane behind which F
 * grows most, a thousand of them at most. w is overwritten by the unit
 * direction found, or by zeros where F is nowhere positive on the way; returns F there. Never below F of the normalised
 * start. Does not claim that nothing is higher. Any rank is fine.
 *
 *   pattern  a line of bits, one a row: the cell in whose closure the direction lies. NULL where nobody asks.
 */
double zt_response_ascend_f64(const zt_response *response, double *w, uint64_t *pattern, double *workspace);
size_t zt_response_ascend_f64_workspace(size_t samples, size_t rank);

/* How a search ended: with a bound as tight as was asked for; with a looser one that is still a bound, because nodes, memory
 * or the digits of a double were used up; or because `visit` or `proceed` asked it to. */
typedef enum zt_response_status {
    ZT_RESPONSE_COMPLETE = 0,
    ZT_RESPONSE_LIMIT = 1,
    ZT_RESPONSE_STOPPED = 2
} zt_response_status;

typedef struct zt_response_search {
    double floor;     /* maxima up to here need not be told apart; at least 0 */
    double known;     /* a value that F is known to reach, or 0 */
    double tolerance; /* of the bound, relative to the larger of floor and the largest value found */
    size_t nodes;     /* how many cones may be looked at in each task */
} zt_response_search;

typedef struct zt_response_result {
    zt_response_status status;
    double upper;   /* F(w) <= upper for all unit w of the tasks, rounding included; at least 0 */
    double largest; /* the largest value found, or what was known before */
    size_t nodes;
} zt_response_result;

/* A local maximum above the floor, its unit direction and the cell, a line of bits, one a row; 0 to go on. */
typedef int (*zt_response_visit)(void *context, const double *w, const uint64_t *pattern, double value);
/* Asked now and then; 0 to go on. */
typedef int (*zt_response_proceed)(void *context);

/*
 * A bound of F over the unit ball, proved by branch and bound over simplicial cones. Tasks [first, last) of
 * zt_response_tasks(rank) are the orthants; the bound of all is the largest of theirs. Each may run on another thread.
 *
 * On a cone spanned by unit vectors v_1 ... v_r, with the rows that change sign inside it told apart, F is at most a linear
 * function: rows that curve upwards are replaced by their values at the v_j, rows that curve downwards by any line
 * through the kink below them. Of these lines the ones that make the bound small are chosen by coordinate descent, and
 * the largest value of the linear function on the cone is the length of a shortest c with c . v_j >= its value at v_j. A
 * cone whose bound is too large is cut in two through its longest edge. The error of the bound falls with the square of
 * the width, and a neuron that is optimal has F = ||w|| beta with a fall of second order around it, so the number of
 * cones hardly depends on the number of samples, and not on that of the cells: 1,000 rows of rank 4 have 332 million of them
 * and take some 20,000 cones. It grows exponentially with the rank.
 *
 * `visit` may be NULL, `proceed` too. The workspace is in bytes, for one task at a time. Entries that are not finite give
 * an infinite bound and ZT_RESPONSE_LIMIT. rank is at most ZT_RESPONSE_RANK_LIMIT.
 */
zt_response_result zt_response_bound_f64(const zt_response *response, size_t first, size_t last,
                                         const zt_response_search *search, zt_response_visit visit,
                                         zt_response_proceed proceed, void *context, void *workspace);
size_t zt_response_tasks(size_t rank);
size_t zt_response_bound_f64_workspace(size_t samples, size_t rank);

#ifdef __cplusplus
}
#endif

#endif
