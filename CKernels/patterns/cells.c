/* The cells of arrangements of rank at most 3, by angular sweeps; see zonotope/arrangements.h. */
#include "cell_set.h"
#include "restriction.h"
#include "witness.h"
#include "zonotope/arrangements.h"
#include "zonotope/kernels.h"

size_t zt_half_cells_bound(size_t classes, size_t r) {
    if (classes == 0 || r == 0) return 1;
    size_t total = 0, binomial = 1, top = classes - 1;
    for (size_t k = 0; k < r && k <= top; k++) {
        if (total > SIZE_MAX - binomial) return SIZE_MAX;
        total += binomial;
        if (k == top) break;
        /* C(top, k + 1) = C(top, k) (top - k) / (k + 1), without a product that does not fit. */
        size_t factor = top - k, divisor = k + 1, quotient = binomial / divisor, rest = binomial % divisor;
        if (k + 1 == r) break;
        if (quotient > SIZE_MAX / factor / 2 || rest > SIZE_MAX / factor / 2) return SIZE_MAX;
        binomial = quotient * factor + rest * factor / divisor;
    }
    return total;
}

/* The first j classes positive and the rest negative, for j in 1 ... classes: all normals lie within half a
 * turn, in the order of their angles. */
static enum zt_cells_status sweep_(size_t classes, size_t r, const double *normals, size_t capacity,
                                   uint64_t *bits, double *witnesses, size_t *found) {
    const size_t words = zt_words(classes);
    for (size_t j = 0; j < classes; j++) {
        if (j == capacity) return ZT_CELLS_FULL;
        uint64_t *line = bits + j * words;
        if (j == 0) {
            memset(line, 0, words * sizeof *line);
        } else {
            memcpy(line, line - words, words * sizeof *line);
        }
        line[j / 64] |= (uint64_t)1 << (j % 64);
        *found = j + 1;
        if (witnesses == NULL) continue;
        double *w = witnesses + j * r;
        if (r == 1) {
            w[0] = 0.5;
        } else if (j + 1 < classes) {
            zt_sector_witness_(normals + j * r, normals + (j + 1) * r, 1, w);
        } else {
            zt_sector_witness_(normals + j * r, normals, -1, w);
        }
        zt_validate_(classes, r, normals, line, w);
    }
    return ZT_CELLS_COMPLETE;
}

/* A line of bits and its hash, and the hash of the line of ones. */
typedef struct {
    uint64_t *bits, hash, all;
} walker_;

static void flip_(walker_ *walker, size_t bit) {
    walker->bits[bit / 64] ^= (uint64_t)1 << (bit % 64);
    walker->hash ^= zt_bit_code_(bit);
}

/* Adds the cell of the walker, or its complement when class 0 is negative. 0 when there is no room. */
static int keep_(zt_cell_set_ *set, const walker_ *walker, const zt_restriction_ *restriction,
                 size_t positive, int side, double *witnesses) {
    const size_t classes = restriction->classes, spare = set->words * 64 - classes;
    const uint64_t invert = walker->bits[0] & 1 ? 0 : ~(uint64_t)0;
    int fresh;
    size_t number = zt_cell_set_insert_(set, walker->bits, invert, ~(uint64_t)0 >> spare,
                                        walker->hash ^ (walker->all & invert), &fresh);
    if (number == SIZE_MAX) return 0;
    if (witnesses == NULL) return 1;
    double *w = witnesses + 3 * number;
    /* A thin cell may have a good witness beside one of its sides and none beside another. */
    if (!fresh && !isnan(w[0])) return 1;
    zt_arc_witness_(restriction, positive, side, w);
    for (size_t c = 0; c < 3 && invert; c++) w[c] = -w[c];
    zt_validate_(classes, 3, restriction->normals, set->lines + number * set->words, w);
    return 1;
}

/* Every cell has a side, an arc of some plane: both neighbours of every arc, up to sign, are all cells. */
static enum zt_cells_status walk_planes_(zt_restriction_ *restriction, zt_cell_set_ *set, walker_ *walker,
                                         double *witnesses, zt_cells_progress progress, void *context) {
    const size_t classes = restriction->classes;
    for (size_t plane = 0; plane < classes; plane++) {
        if (progress != NULL && progress(context, set->count) != 0) return ZT_CELLS_STOPPED;
        zt_restrict_(restriction, plane);
        memset(walker->bits, 0, set->words * sizeof *walker->bits);
        walker->hash = 0;
        for (size_t j = 0; j < classes; j++) {
            if (j != plane && restriction->orientation[j] < 0) flip_(walker, j);
        }
        int side = -1;
        for (size_t group = 0; group < restriction->groups; group++) {
            for (size_t i = restriction->group_start[group]; i < restriction->group_start[group + 1]; i++) {
                flip_(walker, restriction->order[i]);
            }
            if (!keep_(set, walker, restriction, group + 1, side, witnesses)) return ZT_CELLS_FULL;
            flip_(walker, plane);
            side = -side;
            if (!keep_(set, walker, restriction, group + 1, side, witnesses)) return ZT_CELLS_FULL;
        }
    }
    return ZT_CELLS_COMPLETE;
}

enum zt_cells_status zt_half_cells_f64(size_t classes, size_t r, const double *normals, size_t capacity,
                                       uint64_t *bits, double *witnesses, zt_cells_progress progress,
                                       void *context, size_t *found, void *workspace) {
    *found = 0;
    if (classes == 0) {
        *found = capacity > 0;
        return capacity > 0 ? ZT_CELLS_COMPLETE : ZT_CELLS_FULL;
    }
    if (r < 3) return sweep_(classes, r, normals, capacity, bits, witnesses, found);

    const size_t slots = zt_cell_set_slots_(capacity);
    zt_cell_set_ set = {.words = zt_words(classes), .capacity = capacity, .lines = bits};
    set.slots = workspace;
    set.slot_mask = slots - 1;
    memset(set.slots, 0, slots * sizeof *set.slots);
    walker_ walker = {.bits = set.slots + slots};
    for (size_t j = 0; j < classes; j++) walker.all ^= zt_bit_code_(j);
    zt_restriction_ restriction = zt_restriction_prepare_(classes, normals, walker.bits + set.words);
    enum zt_cells_status status = walk_planes_(&restriction, &set, &walker, witnesses, progress, context);
    *found = set.count;
    return status;
}

size_t zt_half_cells_f64_workspace(size_t classes, size_t r, size_t capacity) {
    if (r < 3) return 0;
    return (zt_cell_set_slots_(capacity) + zt_words(classes)) * sizeof(uint64_t) +
           zt_restriction_bytes_(classes);
}
