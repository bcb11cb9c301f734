#include "cells.h"

#include "tiers.h"
#include "zonotope/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Reals in general position, integers in exact dictionaries, ties of both kinds. */
enum kind_ { REAL_, SMALL_, TERNARY_, TENTHS_, KINDS_ };

typedef struct {
    size_t n, d;
    enum kind_ kind;
    int method; /* of zt_cells_of_tier */
} arrangement_;

static const arrangement_ arrangements_[] = {
    {9, 1, REAL_, 0},    {40, 2, REAL_, 0},   {40, 2, REAL_, 2},   {30, 3, TERNARY_, 1}, {70, 3, REAL_, 1},
    {70, 3, REAL_, 2},   {130, 3, SMALL_, 1}, {130, 3, SMALL_, 2}, {90, 3, TENTHS_, 1},  {90, 3, TENTHS_, 2},
    {33, 4, SMALL_, 1},  {40, 4, REAL_, 1},   {35, 4, TENTHS_, 2}, {14, 5, REAL_, 1},    {20, 5, TERNARY_, 1},
    {20, 5, TENTHS_, 1}, {12, 6, SMALL_, 2},  {13, 9, TERNARY_, 1}};

static double entry_(enum kind_ kind, uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    switch (kind) {
    case REAL_:
        return (double)((int64_t)z >> 10) * 0x1p-53;
    case SMALL_:
        return (double)(z % 41) - 20;
    case TERNARY_:
        return (double)(z % 3) - 1;
    default:
        return ((double)(z % 19) - 9) / 10;
    }
}

static void *room_(size_t bytes) {
    void *result = calloc(1, bytes + 64);
    if (result == NULL) abort();
    return result;
}

typedef struct {
    const zt_cells_plan *plan;
    size_t count, room, refuted;
    uint64_t *lines;
} cells_;

/* Keeps the lines, and counts witnesses that do not have the signs of their cells. */
static int keep_(void *context, const zt_cells_batch *batch) {
    cells_ *cells = context;
    const zt_cells_plan *plan = cells->plan;
    if (cells->count + batch->count > cells->room) return 1;
    memcpy(cells->lines + cells->count * batch->stride, batch->bits,
           batch->count * batch->stride * sizeof(uint64_t));
    cells->count += batch->count;
    for (size_t i = 0; i < batch->count; i++) {
        const double *w = batch->witnesses + i * plan->rank;
        int differs = 0;
        for (size_t h = 0; h < plan->hyperplanes; h++) {
            double value = 0, size = 0;
            for (size_t c = 0; c < plan->rank; c++) {
                value += plan->normals[h * plan->rank + c] * w[c];
                size += fabs(plan->normals[h * plan->rank + c] * w[c]);
            }
            const size_t row = plan->rows[plan->starts[h]];
            const int bit = (int)(batch->bits[i * batch->stride + row / 64] >> (row % 64)) & 1;
            if (fabs(value) > 0x1p-45 * size) differs |= (value > 0) != bit;
        }
        cells->refuted += (size_t)differs;
    }
    return 0;
}

/* The plan of random rows. Its arrays are released by release_. */
static zt_cells_plan prepare_(const arrangement_ *a, size_t number) {
    const size_t n = a->n, d = a->d;
    uint64_t state = number;
    double *x = room_(n * d * sizeof *x), *scaled = room_(n * d * sizeof *x);
    for (size_t i = 0; i < n * d; i++) x[i] = entry_(a->kind, &state);
    size_t columns[ZT_ARRANGEMENT_RANK_LIMIT];
    void *workspace = room_(zt_row_space_f64_workspace(n, d));
    (void)zt_scale_rows_f64(n, d, x, d, scaled, d);
    const size_t rank = zt_row_space_f64(n, d, scaled, d, columns, workspace);
    size_t *rows = room_(n * sizeof *rows), *starts = room_((n + 1) * sizeof *starts);
    uint64_t *flipped = room_(zt_words(n) * sizeof *flipped);
    double *normals = room_(n * rank * sizeof *normals);
    free(workspace);
    workspace = room_(zt_hyperplanes_f64_workspace(n, rank));
    const size_t hyperplanes =
        zt_hyperplanes_f64(n, d, rank, scaled, d, columns, rows, starts, flipped, normals, workspace);
    free(workspace);
    free(x);
    free(scaled);
    return (zt_cells_plan){hyperplanes, rank, normals, n, rows, starts, flipped, 64, 1};
}

static void release_(zt_cells_plan *plan) {
    free((void *)plan->normals);
    free((void *)plan->rows);
    free((void *)plan->starts);
    free((void *)plan->flipped);
}

static cells_ list_(const char *tier, const zt_cells_plan *plan, int method) {
    cells_ cells = {.plan = plan};
    cells.room = 2 * zt_half_cells_bound(plan->hyperplanes, plan->rank);
    cells.lines = room_(cells.room * zt_words(plan->samples) * sizeof(uint64_t));
    void *workspace = room_(zt_cells_f64_workspace(plan));
    size_t found = 0;
    const enum zt_cells_status status = zt_cells_of_tier(tier, plan, NULL, method, 0, zt_cells_tasks(plan),
                                                         SIZE_MAX, keep_, NULL, &cells, &found, workspace);
    if (status != ZT_CELLS_COMPLETE || found != cells.count) cells.refuted++;
    free(workspace);
    return cells;
}

size_t compare_cells(const char *tier, size_t *cells) {
    size_t differences = 0;
    *cells = 0;
    for (size_t k = 0; k < sizeof arrangements_ / sizeof *arrangements_; k++) {
        zt_cells_plan plan = prepare_(&arrangements_[k], k);
        cells_ expected = list_("reference", &plan, arrangements_[k].method);
        cells_ found = list_(tier, &plan, arrangements_[k].method);
        const size_t words = zt_words(plan.samples);
        differences += found.refuted + (found.count != expected.count);
        for (size_t i = 0; i < found.count && i < expected.count; i++) {
            differences += memcmp(found.lines + i * words, expected.lines + i * words, words * 8) != 0;
        }
        *cells += expected.count;
        free(expected.lines);
        free(found.lines);
        release_(&plan);
    }
    return differences;
}
