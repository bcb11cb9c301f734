/* Products along a walk, for one precision: sums in double that follow the flips. */
#include "zonotope/walks.h"

#include "block_norm.h"

#include <string.h>

typedef struct {
    double *sums;   /* c d: a block of A' r, or the sum of the u_i since the last flush */
    double *total;  /* c d: the sum of all u_i */
    double *gram;   /* for the spectral norm */
    double *line;   /* c norms */
    zt_real_ *last; /* c d: the block as it is returned */
    double *fits;   /* n c */
    uint64_t *bits; /* the pattern that the walk is at */
} room_;

static size_t square_(const zt_masked_ *map) {
    size_t order = gram_order_(map->outputs, map->features);
    return order * order;
}

static size_t words_(const zt_masked_ *map) {
    return (map->samples + 63) / 64;
}

size_t ZT_SUFFIXED_WORKSPACE_(zt_walk)(const zt_masked_ *map) {
    return 3 * map->outputs * map->features + square_(map) + map->outputs + words_(map) +
           map->samples * map->outputs;
}

static room_ divide_(const zt_masked_ *map, double *workspace) {
    size_t block = map->outputs * map->features;
    room_ room = {.sums = workspace, .total = workspace + block, .gram = workspace + 2 * block};
    room.line = room.gram + square_(map);
    room.last = (zt_real_ *)(room.line + map->outputs);
    room.fits = room.line + map->outputs + block;
    room.bits = (uint64_t *)(room.fits + map->samples * map->outputs);
    return room;
}

static void start_(const zt_masked_ *map, const zt_walk *walk, room_ room) {
    if (words_(map) > 0) memcpy(room.bits, walk->base, words_(map) * sizeof *room.bits);
}

static int flip_(uint64_t *bits, size_t k) {
    bits[k / 64] ^= (uint64_t)1 << (k % 64);
    return (int)(bits[k / 64] >> (k % 64) & 1);
}

static int is_on_(const uint64_t *bits, size_t k) {
    return (int)(bits[k / 64] >> (k % 64) & 1);
}

/* Whether sums are taken afresh before pattern i; the same whatever the range. */
static int is_due_(const zt_masked_ *map, const zt_walk *walk, size_t i, size_t fresh) {
    return walk->starts[i] - walk->starts[fresh] >= map->samples && i > fresh;
}

/* The product of finite numbers is not finite exactly if the sum of 0 times each is not 0. */
static int is_finite_(size_t count, const double *sums) {
    double zeros = 0;
    for (size_t j = 0; j < count; j++) zeros += 0 * sums[j];
    return zeros == 0;
}

/* ------------------------------------------------------------------------------------------------ adjoint */

static void add_sample_(const zt_masked_ *map, size_t k, double weight, const zt_real_ *r, size_t r_stride,
                        double *sums) {
    const zt_real_ *x = map->x + k * map->x_stride;
    for (size_t o = 0; o < map->outputs; o++) {
        double scale = weight * (double)r[k * r_stride + o];
        for (size_t j = 0; j < map->features; j++) sums[o * map->features + j] += scale * (double)x[j];
    }
}

static void sum_afresh_(const zt_masked_ *map, const zt_real_ *r, size_t r_stride, room_ room) {
    for (size_t j = 0; j < map->outputs * map->features; j++) room.sums[j] = 0;
    for (size_t k = 0; k < map->samples; k++) {
        int on = is_on_(room.bits, k);
        if (on || map->off != 0) add_sample_(map, k, on ? map->on : map->off, r, r_stride, room.sums);
    }
}

/* The sums of pattern i from those of the one before. `fresh` is where they were last due. */
static void step_(const zt_masked_ *map, const zt_walk *walk, size_t i, size_t *fresh, const zt_real_ *r,
                  size_t r_stride, room_ room) {
    int due = is_due_(map, walk, i, *fresh);
    double change = (double)map->on - (double)map->off;
    for (size_t j = walk->starts[i - 1]; j < walk->starts[i]; j++) {
        int on = flip_(room.bits, walk->flips[j]);
        if (!due) add_sample_(map, walk->flips[j], on ? change : -change, r, r_stride, room.sums);
    }
    if (due) *fresh = i;
    if (due || !is_finite_(map->outputs * map->features, room.sums)) sum_afresh_(map, r, r_stride, room);
}

/* The sums of pattern `first`, from the last pattern before it where they are due. */
static size_t walk_to_(const zt_masked_ *map, const zt_walk *walk, size_t first, const zt_real_ *r,
                       size_t r_stride, room_ room) {
    size_t fresh = 0;
    start_(map, walk, room);
    for (size_t i = 1; i <= first; i++)
        if (is_due_(map, walk, i, fresh)) fresh = i;
    for (size_t j = 0; j < walk->starts[fresh]; j++) flip_(room.bits, walk->flips[j]);
    sum_afresh_(map, r, r_stride, room);
    size_t due = fresh;
    for (size_t i = fresh + 1; i <= first; i++) step_(map, walk, i, &due, r, r_stride, room);
    return due;
}

void ZT_SUFFIXED_(zt_walk_adjoint)(const zt_masked_ *map, const zt_walk *walk, size_t first, size_t last,
                                   const zt_real_ *r, size_t r_stride, zt_real_ *g, size_t g_stride,
                                   double *workspace) {
    if (first >= last) return;
    room_ room = divide_(map, workspace);
    size_t fresh = walk_to_(map, walk, first, r, r_stride, room);
    for (size_t i = first; i < last; i++) {
        if (i > first) step_(map, walk, i, &fresh, r, r_stride, room);
        for (size_t j = 0; j < map->outputs * map->features; j++)
            g[i * g_stride + j] = (zt_real_)room.sums[j];
    }
}

size_t ZT_SUFFIXED_(zt_walk_largest)(const zt_masked_ *map, const zt_walk *walk, zt_block_norm kind,
                                     size_t first, size_t last, const zt_real_ *r, size_t r_stride,
                                     double *largest, double *workspace) {
    size_t c = map->outputs, d = map->features, each = norms_of_(kind, c), index = last * each;
    *largest = 0;
    if (first >= last) return index;
    room_ room = divide_(map, workspace);
    size_t fresh = walk_to_(map, walk, first, r, r_stride, room);
    for (size_t i = first; i < last; i++) {
        if (i > first) step_(map, walk, i, &fresh, r, r_stride, room);
        for (size_t j = 0; j < c * d; j++) room.last[j] = (zt_real_)room.sums[j];
        block_norms_(kind, c, d, room.last, room.gram, room.line);
        for (size_t o = 0; o < each; o++) {
            if (index < last * each && !is_larger_(room.line[o], *largest)) continue;
            *largest = room.line[o];
            index = i * each + o;
        }
    }
    return index;
}

/* ------------------------------------------------------------------------------------------------ forward */

/* f_k += sign x_k . sums, a row of outputs. */
static void add_fit_(const zt_masked_ *map, size_t k, double sign, const double *sums, double *f) {
    const zt_real_ *x = map->x + k * map->x_stride;
    for (size_t o = 0; o < map->outputs; o++) {
        double sum = 0;
        for (size_t j = 0; j < map->features; j++) sum += (double)x[j] * sums[o * map->features + j];
        f[o] += sign * sum;
    }
}

/* What the patterns since the last flush give to the samples of the range that all of them select. */
static void flush_(const zt_masked_ *map, size_t first, size_t last, room_ room) {
    for (size_t k = first; k < last; k++)
        if (is_on_(room.bits, k)) add_fit_(map, k, 1, room.sums, room.fits + k * map->outputs);
    for (size_t j = 0; j < map->outputs * map->features; j++) room.sums[j] = 0;
}

/* Sums that are no longer finite must not meet samples that were on before, nor those that will be. */
static void add_block_(const zt_masked_ *map, size_t first, size_t last, const zt_real_ *u, room_ room) {
    size_t block = map->outputs * map->features;
    double zeros = 0;
    for (size_t j = 0; j < block; j++) zeros += 0 * (room.sums[j] + (double)u[j]);
    if (zeros != 0) flush_(map, first, last, room);
    for (size_t j = 0; j < block; j++) room.sums[j] += (double)u[j];
    if (zeros != 0) flush_(map, first, last, room);
}

/*
 * The sums S of u_i along the walk give a sample that is on between two flips their difference: x_k . S is taken away
 * where it is switched on and added where it is switched off.
 */
void ZT_SUFFIXED_(zt_walk_forward)(const zt_masked_ *map, const zt_walk *walk, size_t first, size_t last,
                                   const zt_real_ *u, size_t u_stride, zt_real_ *f, size_t f_stride,
                                   double *workspace) {
    room_ room = divide_(map, workspace);
    size_t c = map->outputs, block = c * map->features, fresh = 0;
    start_(map, walk, room);
    for (size_t j = 0; j < block; j++) room.sums[j] = room.total[j] = 0;
    for (size_t j = first * c; j < last * c; j++) room.fits[j] = 0;
    for (size_t i = 0; i < map->patterns; i++) {
        if (i > 0 && is_due_(map, walk, i, fresh)) {
            flush_(map, first, last, room);
            fresh = i;
        }
        for (size_t j = i > 0 ? walk->starts[i - 1] : 0; i > 0 && j < walk->starts[i]; j++) {
            size_t k = walk->flips[j];
            int on = flip_(room.bits, k);
            if (k >= first && k < last) add_fit_(map, k, on ? -1 : 1, room.sums, room.fits + k * c);
        }
        add_block_(map, first, last, u + i * u_stride, room);
        for (size_t j = 0; j < block; j++) room.total[j] += (double)u[i * u_stride + j];
    }
    flush_(map, first, last, room);
    double change = (double)map->on - (double)map->off;
    for (size_t k = first; k < last; k++) {
        double *fit = room.fits + k * c;
        for (size_t o = 0; o < c; o++) fit[o] *= change;
        if (map->off != 0) add_fit_(map, k, map->off, room.total, fit);
        for (size_t o = 0; o < c; o++) f[k * f_stride + o] = (zt_real_)fit[o];
    }
}
