/* The inner loops of the search for cells. */
#ifndef ZT_CELL_KERNELS_H
#define ZT_CELL_KERNELS_H

#include "cell_search.h"

#pragma GCC visibility push(hidden)

/* target = source alpha - pivot beta for each column, rounded to integers if asked (all are below 2^50), and
 * slack = slack_factor pivot. rows is a multiple of ZT_LANES_. */
typedef struct {
    size_t rows, columns;
    const double *source[ZT_RANK_];
    double *target[ZT_RANK_], beta[ZT_RANK_];
    const double *pivot;
    double alpha, *slack, slack_factor;
    int rounded;
} zt_exchange_;

void zt_cell_exchange_(const zt_exchange_ *exchange);

#pragma GCC visibility pop

#endif
