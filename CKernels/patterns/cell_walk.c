/*
 * The vertices of a line in the order in which they lie on it. From one to the next a single row changes its sign, so a
 * vertex costs the writing of its cells, and finding the order a radix sort.
 *
 * The order is exact: where rounding leaves it open rows are compared exactly, about once each. So all rows before a
 * vertex are known to vanish below it, and rows that vanish together follow each other, by their numbers.
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

/* By the roots themselves. Rows that do not move are at the ends, on the side that gives them their sign. */
static int compare_roots_(const zt_flat_line_ *line, size_t a, size_t b) {
    const double *low = line->search->low, *high = zt_line_high_(line);
    if (high[a] < low[b]) return -1;
    if (low[a] > high[b]) return 1;
    const int a_moves = (int)zt_bit_(line->node->moving, a), b_moves = (int)zt_bit_(line->node->moving, b);
    if (!a_moves && !b_moves) return 0;
    if (!a_moves) return low[a] < 0 ? -1 : 1;
    if (!b_moves) return low[b] < 0 ? 1 : -1;
    /* A row that rises and is positive where the other vanishes has vanished before. */
    return -zt_sign_at_(line, a, b) * zt_slope_sign_(line, a);
}

static int compare_rows_(const void *line, size_t a, size_t b) {
    const int order = compare_roots_(line, a, b);
    return order != 0 ? order : a < b ? -1 : 1;
}

/* Sorts a run of rows whose intervals overlap, and marks those that vanish with the one before them. */
static void settle_run_(const zt_flat_line_ *line, size_t from, size_t end) {
    zt_search_ *search = line->search;
    size_t *const order = (size_t *)search->sorted;
    zt_sort_exactly_(end - from, order + from, (size_t *)search->sorting, compare_rows_, line);
    for (size_t k = from + 1; k < end; k++) {
        if (!zt_bit_(line->node->moving, order[k]) || !zt_bit_(line->node->moving, order[k - 1])) continue;
        if (compare_roots_(line, order[k - 1], order[k]) == 0) zt_set_bit_(search->scratch, k, 1);
    }
}

/* All rows into `sorted`, by their roots and then their numbers; `scratch` has a bit at the places of rows that vanish with
 * the row before. */
static void sort_(const zt_flat_line_ *line) {
    zt_search_ *search = line->search;
    const double *low = search->low, *high = zt_line_high_(line);
    const size_t rows = search->rows;
    size_t *const order = (size_t *)search->sorted;
    sort_roughly_(search);
    if (!insert_(rows, low, search->sorted)) {
        zt_sort_exactly_(rows, order, (size_t *)search->sorting, compare_lows_, low);
    }
    memset(search->scratch, 0, search->words * sizeof *search->scratch);
    double reached = -INFINITY;
    size_t from = 0;
    for (size_t k = 0; k < rows; k++) {
        if (k > 0 && low[order[k]] > reached) {
            if (k - from > 1) settle_run_(line, from, k);
            from = k;
        }
        reached = high[order[k]] > reached ? high[order[k]] : reached;
    }
    if (rows - from > 1) settle_run_(line, from, rows);
}

/* The cells at a vertex where rows [from, end) of the order vanish, or whose signs are open. The set is the first basis
 * with the first of these rows only. */
static int open_vertex_(const zt_flat_line_ *line, size_t from, size_t end) {
    zt_search_ *search = line->search;
    uint64_t *const bits = search->vertex_lines;
    size_t members = line->node->picked;
    memcpy(bits, search->walk, search->words * sizeof *bits);
    memcpy(search->members, search->picked, members * sizeof *search->members);
    for (size_t k = from; k < end; k++) search->members[members++] = search->sorted[k];
    for (size_t m = 0; m < members; m++) zt_set_bit_(bits, search->members[m], 0);
    search->vertex.rows = members;
    return zt_tied_vertex_(line, search->sorted[from], bits);
}

/* Turns the order round, but for the rows that vanish together. */
static void reverse_(zt_search_ *search) {
    uint64_t *const order = search->sorted, *const turned = search->sorting;
    const size_t rows = search->rows;
    memset(search->walk, 0, search->words * sizeof *search->walk);
    for (size_t k = 0, end; k < rows; k = end) {
        for (end = k + 1; end < rows && zt_bit_(search->scratch, end); end++) continue;
        for (size_t m = k; m < end; m++) turned[rows - end + (m - k)] = order[m];
        for (size_t m = k + 1; m < end; m++) zt_set_bit_(search->walk, rows - end + (m - k), 1);
    }
    memcpy(order, turned, rows * sizeof *order);
    memcpy(search->scratch, search->walk, search->words * sizeof *search->walk);
}

int zt_line_walk_(const zt_flat_line_ *line) {
    zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    const size_t rows = search->rows, bytes = search->words * sizeof(uint64_t);
    const uint64_t *order = search->sorted;
    sort_(line);
    /* The coordinate may point either way, as rounding had it; the functional grows on the way whatever it was. */
    const uint64_t turn = line->form[0].value[1] < 0 ? ~(uint64_t)0 : 0;
    if (turn != 0) reverse_(search);
    for (size_t w = 0; w < search->words; w++) search->walk[w] = search->falling[w] ^ turn;
    if (rows % 64 != 0) search->walk[search->words - 1] &= ((uint64_t)1 << (rows % 64)) - 1;
    for (size_t k = 0, end; k < rows; k = end) {
        const size_t j = order[k];
        for (end = k + 1; end < rows && zt_bit_(search->scratch, end); end++) continue;
        if (j > node->last && zt_bit_(node->moving, j)) {
            if (end == k + 1 && !zt_bit_(search->open, j)) {
                uint64_t *bits = search->walk;
                /* A nested search turns lines round. */
                if (search->outer != NULL) bits = memcpy(search->vertex_lines, bits, bytes);
                if (!zt_line_simple_cell_(line, j, bits)) return 0;
            } else if (!open_vertex_(line, k, end)) {
                return 0;
            }
        }
        for (size_t m = k; m < end; m++) {
            zt_set_bit_(search->walk, order[m], zt_bit_(search->falling, order[m]) ^ (turn == 0));
        }
    }
    return 1;
}
