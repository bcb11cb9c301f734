/* The two products have one shape: every output adds up the vectors of the inputs, times on or off by its bits. */
#ifndef ZT_ROLES_H
#define ZT_ROLES_H

#include "precision.h"

/* Adjoint: the samples r_k x_k. Forward: the patterns u_i, without scales. */
typedef struct {
    size_t count, columns;
    const zt_real_ *rows;
    size_t row_stride;
    const zt_real_ *scales;
    size_t scale_stride;
    zt_real_ on, off;
} zt_inputs_;

/* Adjoint: the patterns, whose sums are rows of g. Forward: the samples, whose sums w_k end in f_k = x_k . w_k. */
typedef struct {
    const uint64_t *bits;
    size_t bit_stride;
    zt_real_ *rows;
    size_t row_stride;
    const zt_real_ *x;
    size_t x_stride;
} zt_outputs_;

#endif
