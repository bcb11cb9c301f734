/* Directions beside the arcs of a restriction. */
#include "witness.h"

static double length_(const double *v) {
    return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}

void zt_arc_witness_(const zt_restriction_ *restriction, size_t positive, int side, double *w) {
    /* The arc ends where the last positive group and the first negative one vanish: at their normals turned
     * by a quarter within the plane, clockwise. The last arc ends opposite to the end of the first group. */
    const int last = positive == restriction->groups;
    size_t low = restriction->order[restriction->group_start[positive - 1]];
    size_t high = restriction->order[restriction->group_start[last ? 0 : positive]];
    const double *from = restriction->cross + 3 * low, *to = restriction->cross + 3 * high;
    double a = length_(from), b = last ? -length_(to) : length_(to), middle[3];
    for (size_t c = 0; c < 3; c++) middle[c] = -from[c] / a - to[c] / b;

    /* Half the largest step along the normal that no other class changes its sign on. */
    const double *normal = restriction->normals + 3 * restriction->plane;
    double step = length_(middle) / length_(normal);
    for (size_t j = 0; j < restriction->classes; j++) {
        if (j == restriction->plane) continue;
        const double *n = restriction->normals + 3 * j;
        double value = fabs(n[0] * middle[0] + n[1] * middle[1] + n[2] * middle[2]);
        double slope = fabs(n[0] * normal[0] + n[1] * normal[1] + n[2] * normal[2]);
        if (step * slope > value) step = value / slope;
    }
    step *= side * 0.5;
    for (size_t c = 0; c < 3; c++) w[c] = middle[c] + step * normal[c];
    zt_normalise_(3, w);
}
