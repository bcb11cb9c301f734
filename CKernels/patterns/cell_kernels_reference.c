#include "cell_kernels.h"

#include <math.h>
#include <string.h>

#include "../kernel_table.h"
#include "../reference.h"

/* To the nearest integer, for values below 2^51: the sum has no binary places left. */
static double round_(double value) {
    const double shift = 0x1.8p52;
    double sum = value + shift;
    return sum - shift;
}

void zt_cell_exchange_reference_(const zt_cell_exchange_ *e) {
    for (size_t c = 0; c < e->columns; c++) {
        ZT_SCALAR_LOOP_
        for (size_t i = 0; i < e->rows; i++) {
            double value = e->source[c][i] * e->alpha - e->pivot[i] * e->beta[c];
            e->target[c][i] = e->rounded ? round_(value) : value;
        }
    }
    ZT_SCALAR_LOOP_
    for (size_t i = 0; i < e->rows; i++) e->slack[i] = e->pivot[i] * e->slack_factor;
}

void zt_cell_roots_reference_(const zt_cell_roots_ *line) {
    const size_t words = (line->rows + 63) / 64;
    memset(line->falling, 0, words * sizeof(uint64_t));
    memset(line->moving, 0, words * sizeof(uint64_t));
    memset(line->vanishing, 0, words * sizeof(uint64_t));
    for (size_t i = 0; i < line->rows; i++) {
        const double c = line->constant[i], y = line->slope[i];
        const uint64_t bit = (uint64_t)1 << (i % 64);
        if (y == 0) {
            line->roots[i] = c > 0 ? -INFINITY : INFINITY;
            if (c == 0) line->vanishing[i / 64] |= bit;
            continue;
        }
        line->roots[i] = -c / y;
        line->moving[i / 64] |= bit;
        if (y < 0) line->falling[i / 64] |= bit;
    }
    for (size_t i = line->rows; i % 8 != 0; i++) line->roots[i] = INFINITY;
}

/* The bits of all rows by the order of the roots; whether the order leaves any open. */
static int order_bits_(const zt_cell_line_ *line, double low, double high, size_t j, uint64_t *bits) {
    int open = 0;
    memcpy(bits, line->falling, line->words * sizeof *bits);
    for (size_t i = 0; i < line->rows; i++) {
        const int below = line->high[i] < low;
        const int above = line->low[i] > high;
        bits[i / 64] ^= (uint64_t)below << (i % 64);
        open |= !below && !above && i != j;
    }
    return open;
}

static void set_(uint64_t *bits, size_t i, int bit) {
    bits[i / 64] = (bits[i / 64] & ~((uint64_t)1 << (i % 64))) | (uint64_t)bit << (i % 64);
}

void zt_cell_line_reference_(const zt_cell_line_ *line) {
    for (size_t j = line->first; j < line->rows; j++) {
        if ((line->moving[j / 64] >> (j % 64) & 1) == 0) {
            line->flags[j] = ZT_VERTEX_NONE_;
            continue;
        }
        uint64_t *bits = line->bits + j * line->words;
        int open = order_bits_(line, line->low[j], line->high[j], j, bits), height = 0;
        const double y = line->slope[j];
        for (size_t b = 0; b <= line->picked; b++) {
            const double entry = line->column[b][j], value = line->form[b] * y - line->form_slope * entry;
            open |=
                !(fabs(value) > line->scale[b] * fabs(y) + line->slope_scale * fabs(entry) + line->floor[b]);
            if (b == 0) {
                height = value > 0;
            } else {
                set_(bits, line->pick[b - 1], (value > 0) == height);
            }
        }
        set_(bits, j, (line->form_slope > 0) == height);
        line->flags[j] = (uint8_t)((open ? ZT_VERTEX_OPEN_ : 0) | (height == (y > 0) ? 0 : ZT_VERTEX_BELOW_));
    }
    if (line->extra_bits != NULL) {
        *line->extra_open =
            order_bits_(line, line->extra_low, line->extra_high, line->rows, line->extra_bits);
    }
}

double zt_cell_reach_reference_(const zt_cell_reach_ *reach) {
    double fastest = 0;
    for (size_t i = 0; i < reach->rows; i++) {
        if (reach->ignored[i / 64] >> (i % 64) & 1) continue;
        const double slope = reach->slope == NULL ? 0 : reach->slope[i];
        double gradient = reach->growth * slope;
        for (size_t k = 0; k < reach->picked; k++) gradient += reach->inward[k] * reach->slack[k][i];
        fastest = fmax(fastest, -gradient / (reach->constant[i] + reach->t * slope));
    }
    return fastest;
}

double zt_cell_check_reference_(const zt_cell_check_ *check, const uint64_t *line, const double *w) {
    double least = INFINITY;
    for (size_t h = 0; h < check->hyperplanes; h++) {
        double value = 0;
        for (size_t c = 0; c < check->rank; c++) value += check->columns[c * check->stride + h] * w[c];
        if ((line[h / 64] >> (h % 64) & 1) == 0) value = -value;
        if (!(value > check->bound[h])) return -1;
        least = fmin(least, value * check->scale[h]);
    }
    return least;
}
