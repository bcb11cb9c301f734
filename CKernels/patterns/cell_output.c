/* Batches: pairs of opposite cells, as bits of hyperplanes or of rows, with checked directions. */
#include "cell_search.h"

#include "exact_sign.h"
#include "zonotope/kernels.h"

/* The sign of x . w, exactly. */
static int product_sign_(size_t r, const double *x, const double *w) {
    double value = 0, size = 0;
    for (size_t c = 0; c < r; c++) {
        value += x[c] * w[c];
        size += fabs(x[c] * w[c]);
    }
    if (fabs(value) > (double)(r + 4) * 0x1p-52 * size) return value > 0 ? 1 : -1;
    double opposite[ZT_RANK_];
    for (size_t c = 0; c < r; c++) opposite[c] = -w[c];
    return zt_exact_bit_(r, x, w) - zt_exact_bit_(r, x, opposite);
}

void zt_output_check_(zt_run_ *run, double *room) {
    const zt_cells_plan *plan = run->plan;
    const size_t r = plan->rank, stride = plan->hyperplanes + ZT_CELL_PADDING_;
    double *bound = room + r * stride, *scale = bound + stride;
    for (size_t h = 0; h < stride; h++) {
        double size = 0, square = 0;
        for (size_t c = 0; c < r; c++) {
            const double entry = h < plan->hyperplanes ? plan->normals[h * r + c] : 0;
            room[c * stride + h] = entry;
            size += fabs(entry);
            square += entry * entry;
        }
        /* No entry of a direction exceeds 1. */
        bound[h] = (double)(r + 4) * 0x1p-52 * size;
        scale[h] = square > 0 ? 1 / sqrt(square) : 0;
    }
    run->check = (zt_cell_check_){plan->hyperplanes, r, stride, room, bound, scale};
}

/* The power of two that brings a positive number to [1/2, 1); NaN for extreme ones. */
static double to_half_(double value) {
    enum { BIAS = 1023, MANTISSA = 52, MARGIN = 23 };
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint64_t exponent = bits >> MANTISSA;
    if (exponent < MARGIN || exponent > 2 * BIAS - MARGIN) return NAN;
    bits = (2 * BIAS - 1 - exponent) << MANTISSA;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Scales the direction to a largest entry in [1/2, 1); NaN unless its exact signs are those of the line.
 * Returns the margin. */
static double check_direction_(const zt_run_ *run, const uint64_t *line, double *w) {
    const zt_cells_plan *plan = run->plan;
    const size_t r = plan->rank;
    double largest = 0, length = 0;
    for (size_t c = 0; c < r; c++) largest = fabs(w[c]) > largest ? fabs(w[c]) : largest;
    const double factor = to_half_(largest);
    int valid = factor > 0;
    for (size_t c = 0; c < r; c++) {
        w[c] *= factor;
        if (fabs(w[c]) < 0x1p-200) w[c] = 0;
        valid = valid && fabs(w[c]) < 1;
        length += w[c] * w[c];
    }
    double least = valid ? run->kernels.check(&run->check, line, w) : NAN;
    if (least < 0) {
        least = INFINITY;
        for (size_t h = 0; h < plan->hyperplanes && valid; h++) {
            const double *x = plan->normals + h * r;
            double value = 0;
            valid = product_sign_(r, x, w) == (zt_bit_(line, h) ? 1 : -1);
            for (size_t c = 0; c < r; c++) value += x[c] * w[c];
            least = fmin(least, fabs(value) * run->check.scale[h]);
        }
    }
    for (size_t c = 0; c < r && !valid; c++) w[c] = NAN;
    return valid ? least / sqrt(length) : NAN;
}

void zt_output_moves_(const zt_cells_plan *plan, zt_moves_ *moves) {
    const size_t words = zt_words(plan->samples);
    moves->count = 0;
    memset(moves->used, 0, words * sizeof *moves->used);
    memset(moves->last, 0, words * sizeof *moves->last);
    for (size_t h = 0; h < plan->hyperplanes; h++) {
        for (size_t i = plan->starts[h]; i < plan->starts[h + 1]; i++) {
            const size_t row = plan->rows[i];
            const uint64_t bit = (uint64_t)1 << (row % 64);
            const uint32_t target = (uint32_t)(row / 64), source = (uint32_t)(h / 64);
            const uint32_t turn = (uint32_t)((row - h) % 64);
            moves->used[target] |= bit;
            /* Rows that follow each other mostly belong to hyperplanes that do: one move for them all. */
            size_t m = moves->last[target];
            if (m == 0 || moves->moves[m - 1].source != source || moves->moves[m - 1].turn != turn) {
                m = ++moves->count;
                moves->moves[m - 1] = (zt_move_){0, target, source, turn};
                moves->last[target] = m;
            }
            moves->moves[m - 1].mask |= bit;
        }
    }
}

/* A cell and its opposite, from the line of the cell. */
static void expand_pair_(const zt_run_ *run, const uint64_t *line, uint64_t *cell, uint64_t *opposite) {
    const zt_cells_plan *plan = run->plan;
    const zt_moves_ *moves = &run->moves;
    const size_t words = run->stride;
    memcpy(cell, plan->flipped, words * sizeof *cell);
    for (size_t m = 0; m < moves->count; m++) {
        const zt_move_ *move = &moves->moves[m];
        const uint64_t source = line[move->source];
        cell[move->target] ^= (source << move->turn | source >> ((64 - move->turn) % 64)) & move->mask;
    }
    for (size_t w = 0; w < words; w++) {
        const size_t left = plan->samples - 64 * w;
        const uint64_t inside = left < 64 ? ((uint64_t)1 << left) - 1 : ~(uint64_t)0;
        const uint64_t zeros = inside & ~moves->used[w];
        opposite[w] = (~cell[w] & moves->used[w]) | zeros;
        cell[w] |= zeros;
    }
}

int zt_output_flush_(zt_run_ *run) {
    const zt_cells_plan *plan = run->plan;
    if (run->batched == 0 || run->visit == NULL) return 1;
    if (!run->same_bits) {
        for (size_t i = 0; i < run->batched; i += 2) {
            uint64_t *cell = run->rows + i * run->stride;
            expand_pair_(run, run->lines + i * run->line_words, cell, cell + run->stride);
        }
    }
    for (size_t i = 0; i < run->batched && plan->witnesses; i += 2) {
        double *w = run->witnesses + i * plan->rank;
        const double margin = check_direction_(run, run->lines + i * run->line_words, w);
        run->margins[i] = run->margins[i + 1] = margin;
        for (size_t c = 0; c < plan->rank; c++) w[plan->rank + c] = -w[c];
    }
    const zt_cells_batch batch = {
        .count = run->batched,
        .bits = run->same_bits ? run->lines : run->rows,
        .stride = run->stride,
        .witnesses = plan->witnesses ? run->witnesses : NULL,
        .margins = plan->witnesses ? run->margins : NULL,
    };
    if (run->visit(run->context, &batch) == 0) {
        run->batched = 0;
        return 1;
    }
    run->status = ZT_CELLS_STOPPED;
    return 0;
}

int zt_output_cell_(zt_run_ *run, const uint64_t *line, const double *direction) {
    if (run->budget - run->found < 2) {
        run->status = ZT_CELLS_FULL;
        return 0;
    }
    run->found += 2;
    if (run->visit == NULL) return 1;
    uint64_t *cell = run->lines + run->batched * run->line_words, *opposite = cell + run->line_words;
    for (size_t w = 0; w < run->line_words; w++) {
        cell[w] = line[w];
        opposite[w] = ~line[w];
    }
    opposite[run->line_words - 1] &= run->tail;
    if (direction != NULL) {
        memcpy(run->witnesses + run->batched * run->plan->rank, direction,
               run->plan->rank * sizeof *direction);
    }
    run->batched += 2;
    return run->batched < run->batch || zt_output_flush_(run);
}
