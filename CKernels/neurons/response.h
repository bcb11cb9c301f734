/* Shared by the parts of the search for the largest response of a neuron. */
#ifndef ZT_NEURONS_RESPONSE_H
#define ZT_NEURONS_RESPONSE_H

#include "zonotope/neurons.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#pragma GCC visibility push(hidden)

enum { ZT_RESPONSE_RANK_ = ZT_RESPONSE_RANK_LIMIT };

/* A simplicial cone, and the rows that change sign inside it. All arrays lie in the arena of the search. */
typedef struct {
    size_t crossing;
    uint32_t *rows;                      /* which rows these are */
    double *products[ZT_RESPONSE_RANK_]; /* their products with each generator */
    double *slopes;                      /* of the line that stands for each, between 0 and 1 */
    double generators[ZT_RESPONSE_RANK_][ZT_RESPONSE_RANK_]; /* unit vectors */
    double gradient[ZT_RESPONSE_RANK_]; /* of everything else, which is linear on the cone */
} zt_cone_node_;

/* What a bound of F on a cone leaves besides: the largest value seen at its generators and its axis, and where. */
typedef struct {
    double upper, value;
    double direction[ZT_RESPONSE_RANK_];
} zt_cone_bound_;

/* No lower than F on the cone, and of little interest below `enough`. squares: of the lengths of all rows. */
void zt_bound_cone_(const zt_response *response, const double *squares, zt_cone_node_ *node, double enough,
                    zt_cone_bound_ *bound);

static inline double zt_inner_(size_t n, const double *a, const double *b) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

/* fmin and fmax are calls where a NaN has to lose; here it may do as it likes. */
static inline double zt_least_(double a, double b) {
    return a < b ? a : b;
}
static inline double zt_most_(double a, double b) {
    return a > b ? a : b;
}

#pragma GCC visibility pop

#endif
