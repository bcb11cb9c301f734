/*
 * The vertices of a line in the order in which they lie on it. From one to the next a single row changes its sign, so a
 * vertex costs the writing of its cells, and finding the order a radix sort.
 */
#include "cell_line.h"

#include "sorting.h"

enum { DIGIT_ = 8, BUCKETS_ = 1 << DIGIT_, PASSES_ = 4, PATIENCE_ = 8 };

/* The high half of a double, as an integer that grows with it. */
static uint64_t key_of_(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits ^= (uint64_t)((int64_t)bits >> 63) | (uint64_t)1 << 63;
    return bits >> 32;
}

/* What 32 bits of key left in the wrong order. 0 when that is more than a little. */
static int insert_(size_t rows, const double *low, uint64_t *order) {
    size_t moves = PATIENCE_ * rows;
    for (size_t k = 1; k < rows; k++) {
        const uint64_t row = order[k];
        size_t place = k;
        for (; place > 0 && low[order[place - 1]] > low[row]; place--) {
            if (moves-- == 0) {
                order[place] = row;
                return 0;
            }
            order[place] = order[place - 1];
        }
        order[place] = row;
    }
    return 1;
}

/* Sorts `sorted` by the high halves of `low`, stably. */
static void sort_roughly_(const zt_search_ *search) {
    const size_t rows = search->rows;
    uint32_t starts[PASSES_][BUCKETS_] = {{0}};
    uint64_t *keys = search->sorted, *other = search->sorting;
    for (size_t i = 0; i < rows; i++) {
        const uint64_t key = key_of_(search->low[i]);
        keys[i] = key << 32 | i;
        for (unsigned pass = 0; pass < PASSES_; pass++)
            starts[pass][key >> (DIGIT_ * pass) & (BUCKETS_ - 1)]++;
    }
    for (unsigned pass = 0; pass < PASSES_; pass++) {
        const unsigned shift = 32 + DIGIT_ * pass;
        uint32_t total = 0;
        for (size_t b = 0; b < BUCKETS_; b++) {
            const uint32_t count = starts[pass][b];
            starts[pass][b] = total;
            total += count;
        }
        for (size_t i = 0; i < rows; i++) other[starts[pass][keys[i] >> shift & (BUCKETS_ - 1)]++] = keys[i];
        uint64_t *swap = keys;
        keys = other;
        other = swap;
    }
    for (size_t i = 0; i < rows; i++) keys[i] &= UINT32_MAX;
}

static int compare_lows_(const void *context, size_t a, size_t b) {
    const double *low = context;
    return (low[a] > low[b]) - (low[a] < low[b]);
}

/* By the roots themselves where intervals overlap. Rows that do not move are at the ends. */
static int compare_roots_(const void *context, size_t a, size_t b) {
    const zt_flat_line_ *line = context;
    const zt_search_ *search = line->search;
    const double *low = search->low, *high = search->high;
    if (high[a] < low[b]) return -1;
    if (low[a] > high[b]) return 1;
    const int a_moves = (int)zt_bit_(line->node->moving, a), b_moves = (int)zt_bit_(line->node->moving, b);
    if (!a_moves && !b_moves) return 0;
    if (!a_moves) return low[a] < 0 ? -1 : 1;
    if (!b_moves) return low[b] < 0 ? 1 : -1;
    /* A row that rises and is positive where the other vanishes has vanished before. */
    return -zt_sign_at_(line, a, b) * zt_slope_sign_(line, a);
}

/* All rows by their roots, equal ones by their numbers: the order depends on the data only, not on how they are rounded. */
static void sort_(const zt_flat_line_ *line) {
    const zt_search_ *search = line->search;
    const size_t rows = search->rows;
    size_t *const order = (size_t *)search->sorted, *const room = (size_t *)search->sorting;
    sort_roughly_(search);
    if (!insert_(rows, search->low, search->sorted))
        zt_sort_exactly_(rows, order, room, compare_lows_, search->low);
    if (line->node->exact) return;
    double reached = -INFINITY;
    for (size_t k = 0; k < rows; k++) {
        if (k > 0 && search->low[order[k]] <= reached) {
            zt_sort_exactly_(rows, order, room, compare_roots_, line);
            return;
        }
        reached = search->high[order[k]] > reached ? search->high[order[k]] : reached;
    }
}

/* The cells at a vertex of row j that is open; first: the place in the order of the first equal root. */
static int open_vertex_(const zt_flat_line_ *line, size_t first, size_t j) {
    zt_search_ *search = line->search;
    uint64_t *const bits = search->vertex_lines;
    if (!line->node->exact) return zt_line_open_cells_(line, j, bits);
    memcpy(bits, search->walk, search->words * sizeof *bits);
    return !zt_settle_equal_(line, search->sorted + first, search->rows - first, j, bits) ||
           zt_tied_vertex_(line, j, bits);
}

int zt_line_walk_(const zt_flat_line_ *line) {
    zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    const double *low = search->low, *high = zt_line_high_(line);
    const size_t rows = search->rows, bytes = search->words * sizeof(uint64_t);
    const uint64_t *order = search->sorted;
    sort_(line);
    /* Where the intervals of all further rows begin. */
    double *const later = (double *)search->sorting;
    double least = INFINITY;
    for (size_t k = rows; k-- > 0;) {
        later[k] = least;
        least = low[order[k]] < least ? low[order[k]] : least;
    }
    memcpy(search->walk, search->falling, bytes);
    double reached = -INFINITY;
    size_t tied = 0; /* the first of equal roots */
    for (size_t k = 0; k < rows; k++) {
        const size_t j = order[k];
        if (low[j] != low[order[tied]]) tied = k;
        if (j > node->last && zt_bit_(node->moving, j)) {
            const int apart = reached < low[j] && high[j] < later[k];
            if (apart && !zt_bit_(search->open, j)) {
                uint64_t *bits = search->walk;
                /* A nested search turns lines round. */
                if (search->outer != NULL) bits = memcpy(search->vertex_lines, bits, bytes);
                if (!zt_line_simple_cell_(line, j, bits)) return 0;
            } else if (!open_vertex_(line, tied, j)) {
                return 0;
            }
        }
        zt_set_bit_(search->walk, j, !zt_bit_(search->falling, j));
        reached = high[j] > reached ? high[j] : reached;
    }
    return 1;
}
