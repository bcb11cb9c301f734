/* Exact answers about small matrices of doubles: what decides where floating point cannot. */
#ifndef ZT_EXACT_DETERMINANT_H
#define ZT_EXACT_DETERMINANT_H

#include <stddef.h>

#include "zonotope/arrangements.h"

#pragma GCC visibility push(hidden)

/* Rows of r entries, zero or normal, those of a row within 256 binary places of each other. */
typedef struct {
    size_t r, count;
    const double *rows[ZT_ARRANGEMENT_RANK_LIMIT + 1];
    /* 0 for a row of data, k + 1 for functional k. A functional stands for f_k + sum_j e_kj (unit vector j)
     * with infinitesimals e_kj, each far smaller than all products of those before it in the order of k r +
     * j: whatever numbers f_k holds, it is generic with respect to the data. */
    size_t functional[ZT_ARRANGEMENT_RANK_LIMIT + 1];
} zt_rows_;

/* The sign of the determinant of r rows. Zero only if the rows of data among them are dependent. */
int zt_determinant_sign_(const zt_rows_ *matrix);

/* Whether the rows of data are independent; functionals among them are left out. */
int zt_independent_(const zt_rows_ *matrix);

#pragma GCC visibility pop

#endif
