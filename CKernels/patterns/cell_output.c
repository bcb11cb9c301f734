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

/* Scales the direction to a largest entry in [1/2, 1); NaN unless its exact signs are those of the line. Returns the
 * margin. */
static double check_direction_(const zt_cells_plan *plan, const uint64_t *line, double *w) {
    const size_t r = plan->rank;
    double largest = 0, length = 0, margin = INFINITY;
    for (size_t c = 0; c < r; c++) largest = fmax(largest, fabs(w[c]));
    int exponent = 0, valid = largest > 0 && largest < INFINITY;
    (void)frexp(largest, &exponent);
    for (size_t c = 0; c < r && valid; c++) {
        w[c] = ldexp(w[c], -exponent);
        valid = fabs(w[c]) < 1;
        if (fabs(w[c]) < 0x1p-200) w[c] = 0;
        length += w[c] * w[c];
    }
    for (size_t h = 0; h < plan->hyperplanes && valid; h++) {
        const double *x = plan->normals + h * r;
        valid = product_sign_(r, x, w) == (zt_bit_(line, h) ? 1 : -1);
        double value = 0, norm = 0;
        for (size_t c = 0; c < r; c++) {
            value += x[c] * w[c];
            norm += x[c] * x[c];
        }
        margin = fmin(margin, fabs(value) / sqrt(norm));
    }
    for (size_t c = 0; c < r && !valid; c++) w[c] = NAN;
    return valid ? margin / sqrt(length) : NAN;
}

static void expand_line_(const zt_cells_plan *plan, const uint64_t *line, uint64_t *target) {
    const size_t words = zt_words(plan->samples);
    for (size_t w = 0; w < words; w++) target[w] = ~(uint64_t)0;
    if (plan->samples % 64 != 0) target[words - 1] = ((uint64_t)1 << (plan->samples % 64)) - 1;
    for (size_t h = 0; h < plan->hyperplanes; h++) {
        const unsigned bit = zt_bit_(line, h);
        for (size_t i = plan->starts[h]; i < plan->starts[h + 1]; i++) {
            zt_set_bit_(target, plan->rows[i], bit ^ zt_bit_(plan->flipped, plan->rows[i]));
        }
    }
}

int zt_output_flush_(zt_run_ *run) {
    const zt_cells_plan *plan = run->plan;
    if (run->batched == 0 || run->visit == NULL) return 1;
    if (!run->same_bits) {
        for (size_t i = 0; i < run->batched; i++) {
            expand_line_(plan, run->lines + i * run->line_words, run->rows + i * run->stride);
        }
    }
    for (size_t i = 0; i < run->batched && plan->witnesses; i += 2) {
        double *w = run->witnesses + i * plan->rank;
        const double margin = check_direction_(plan, run->lines + i * run->line_words, w);
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
    run->batched = 0;
    if (run->visit(run->context, &batch) == 0) return 1;
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
