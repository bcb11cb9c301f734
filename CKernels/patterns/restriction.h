/*
 * Rank 3: the planes of an arrangement restricted to one of them, that is a central arrangement of lines in a
 * plane, sorted by angle.
 *
 * Every other class j gets an orientation s_j such that all s_j n_j, restricted to the plane, lie within an
 * angle of [0, pi) from the restriction of a reference class. Sorted by angle, with equal ones in a group,
 * the cells of the restriction (the arcs) are: the first g groups positive and the rest negative, for g in 1
 * ... groups, and their opposites.
 */
#ifndef ZT_RESTRICTION_H
#define ZT_RESTRICTION_H

#include <stddef.h>

#include "sorting.h"

#pragma GCC visibility push(hidden)

typedef struct {
    size_t classes;
    const double *normals;
    /* Fixed by the caller before the first restriction: room for `classes` elements each. */
    double *oriented; /* 3 a class: s_j n_j */
    double *cross;    /* 3 a class: n_i x s_j n_j, rounded */
    zt_keyed_ *items, *item_scratch;
    size_t *order;       /* the other classes by angle */
    size_t *group_start; /* groups + 1 places in `order`; room for one more */
    signed char *orientation;
    /* Set by zt_restrict_. */
    size_t plane, groups;
} zt_restriction_;

/* Lays the arrays out in the workspace of zt_restriction_bytes_(classes) bytes, aligned for double. */
zt_restriction_ zt_restriction_prepare_(size_t classes, const double *normals, void *workspace);
size_t zt_restriction_bytes_(size_t classes);

/* Sorts the restriction to the plane of class `plane`. There are at least two classes, of different lines. */
void zt_restrict_(zt_restriction_ *restriction, size_t plane);

#pragma GCC visibility pop

#endif
