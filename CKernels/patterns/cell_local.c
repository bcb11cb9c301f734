/*
 * The cells around a vertex where more rows vanish than its dimension.
 *
 * Those rows, in terms of the picked ones, form a central arrangement of the rank q of the picked rows. Of
 * its cells, those are wanted on which the functional is positive. They do not meet its kernel, and of two
 * opposite ones exactly one is wanted. So the chart in which the first row is 1 shows each of them once, or
 * its opposite: the latter when the functional is negative at its highest vertex there.
 */
#include "cell_search.h"

zt_search_ *zt_local_open_(zt_search_ *search, const size_t *picks, size_t count, size_t level) {
    zt_run_ *run = search->run;
    zt_search_ *local = zt_search_open_(run, search, search->vertex.rows, count);
    for (size_t i = 0; i < local->rows; i++) local->global[i] = search->global[search->vertex.members[i]];
    for (size_t k = 0; k < search->fixed; k++) {
        local->fixed_rows[k] = search->fixed_rows[k];
        local->fixed_functional[k] = search->fixed_functional[k];
    }
    local->fixed = search->fixed;
    for (size_t k = 0; k < level; k++) {
        local->fixed_rows[local->fixed] = run->functionals + k * run->plan->rank;
        local->fixed_functional[local->fixed++] = k + 1;
    }
    local->fixed_rows[local->fixed] = search->global[0];
    local->fixed_functional[local->fixed++] = 0;
    local->first_functional = search->first_functional + level;
    for (size_t k = 1; k < count; k++) local->nodes[0].direction[k] = search->global[picks[k]];
    return local;
}

int zt_local_cells_(zt_search_ *local) {
    zt_node_ *node = &local->nodes[0];
    for (size_t c = 0; c < local->rank; c++) node->columns[c][local->rows + c] = node->scale;
    zt_weigh_functionals_(local);
    return zt_search_all_(local);
}

/* The direction of a cell at the vertex from the values of the picked rows: the point, and half as far into
 * the cell as the nearest other row allows. */
static void complete_direction_(zt_search_ *search, const double *inward, double *direction) {
    const zt_vertex_ *vertex = &search->vertex;
    const size_t rows = search->rows;
    double point[ZT_RANK_ + 16], gradient[ZT_RANK_ + 16]; /* of the coordinates, which follow the rows */
    zt_cell_reach_ reach = {.rows = rows, .picked = vertex->picked, .constant = vertex->constant};
    reach.rank = search->rank;
    reach.point = point;
    reach.gradient = gradient;
    reach.slope = vertex->slope;
    reach.t = vertex->t;
    reach.ignored = search->ignored;
    for (size_t k = 0; k < vertex->picked; k++) {
        reach.slack[k] = vertex->slack[k];
        reach.inward[k] = inward[k];
        if (vertex->slope != NULL) reach.growth += vertex->gain[k] * inward[k];
    }
    size_t next = 0;
    for (size_t w = 0; w < search->words; w++) {
        /* Members ascend. */
        uint64_t word = 0;
        for (; next < vertex->rows && vertex->members[next] / 64 == w; next++) {
            word |= (uint64_t)1 << (vertex->members[next] % 64);
        }
        search->ignored[w] = word;
    }
    const double fastest = search->run->kernels.reach(&reach);

    double widest = 0, length = 0;
    for (size_t c = 0; c < search->rank; c++) {
        const double speed = fabs(gradient[rows % 8 + c]), size = fabs(point[rows % 8 + c]);
        widest = speed > widest ? speed : widest;
        length = size > length ? size : length;
    }
    double step = 0.5 / fastest;
    if (!(step * widest < 0x1p10 * length)) step = widest > 0 ? length / widest : 0;
    for (size_t c = 0; c < search->rank; c++) {
        direction[c] = point[rows % 8 + c] + step * gradient[rows % 8 + c];
    }
}

static void oppose_(zt_search_ *search, uint64_t *line, double *direction) {
    for (size_t w = 0; w < search->words; w++) line[w] = ~line[w];
    if (search->rows % 64 != 0) line[search->words - 1] &= ((uint64_t)1 << (search->rows % 64)) - 1;
    for (size_t c = 0; c < search->rank && direction != NULL; c++) direction[c] = -direction[c];
}

int zt_vertex_cell_(zt_search_ *search, uint64_t *line, const double *inward) {
    for (;;) {
        double *direction = inward == NULL ? NULL : search->direction;
        if (direction != NULL) complete_direction_(search, inward, direction);
        zt_search_ *outer = search->outer;
        if (outer == NULL) return zt_output_cell_(search->run, line, direction);
        if (search->vertex.sigma < 0) oppose_(search, line, direction);
        const zt_vertex_ *vertex = &outer->vertex;
        memcpy(outer->line, vertex->base, outer->words * sizeof(uint64_t));
        for (size_t i = 0; i < search->rows; i++) {
            const size_t row = vertex->members[i];
            outer->line[row / 64] |= (uint64_t)zt_bit_(line, i) << (row % 64);
        }
        line = outer->line;
        inward = direction;
        search = outer;
    }
}
