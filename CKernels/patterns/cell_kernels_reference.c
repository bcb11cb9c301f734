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

void zt_cell_varies_reference_(const zt_cell_varies_ *v) {
    memset(v->varies, 0, (v->rows + 63) / 64 * sizeof(uint64_t));
    for (size_t i = 0; i < v->rows; i++) {
        int varies = 0;
        for (size_t c = 0; c < v->columns && !varies; c++) varies = fabs(v->column[c][i]) > v->error[c];
        v->varies[i / 64] |= (uint64_t)varies << (i % 64);
    }
}

void zt_cell_forms_reference_(const zt_cell_forms_ *f) {
    for (size_t k = 0; k < f->count; k++) {
        for (size_t b = 0; b < f->rank; b++) {
            double value = 0, size = 0;
            for (size_t c = 0; c < f->rank; c++) {
                value += f->functional[k][c] * f->column[b][c];
                size += f->weight[k][c] * fabs(f->column[b][c]);
            }
            f->value[k][b] = value;
            f->size[k][b] = size;
        }
    }
}

/* The interval in which a row vanishes that moves. */
static void find_interval_(const zt_cell_roots_ *line, size_t i) {
    const double y = line->slope[i], root = -line->constant[i] / y;
    const double certain = fabs(y) - line->slope_error;
    double spread = (line->constant_error + fabs(root) * line->slope_error) / certain * (1 + 0x1p-30);
    spread += 0x1p-50 * fabs(root);
    const int known = fabs(y) > 2 * line->slope_error && spread < INFINITY;
    line->low[i] = known ? root - spread : -INFINITY;
    line->high[i] = known ? root + spread : INFINITY;
}

void zt_cell_roots_reference_(const zt_cell_roots_ *line) {
    const size_t words = (line->rows + 63) / 64;
    double *const high = line->exact ? line->low : line->high;
    memset(line->falling, 0, words * sizeof(uint64_t));
    memset(line->moving, 0, words * sizeof(uint64_t));
    memset(line->vanishing, 0, words * sizeof(uint64_t));
    for (size_t i = 0; i < line->rows; i++) {
        const double c = line->constant[i], y = line->slope[i];
        const uint64_t bit = (uint64_t)1 << (i % 64);
        if (y < 0) line->falling[i / 64] |= bit;
        if (!(fabs(y) > line->slope_error)) {
            line->low[i] = high[i] = c > 0 ? -INFINITY : INFINITY;
            if (c == 0) line->vanishing[i / 64] |= bit;
            continue;
        }
        line->moving[i / 64] |= bit;
        if (line->exact) {
            line->low[i] = -c / y;
        } else {
            find_interval_(line, i);
        }
    }
    for (size_t i = line->rows; i % ZT_CELL_PADDING_ != 0; i++) line->low[i] = high[i] = INFINITY;
}

void zt_cell_signs_reference_(const zt_cell_signs_ *s) {
    const size_t words = (s->rows + 63) / 64;
    for (size_t w = 0; w < words; w++) s->open[w] = 0;
    memset(s->positive, 0, (s->picked + 1) * words * sizeof(uint64_t));
    for (size_t j = s->first; j < s->rows; j++) {
        const double y = s->slope[j];
        for (size_t b = 0; b <= s->picked; b++) {
            const double entry = s->column[b][j], value = s->form[b] * y - s->form_slope * entry;
            const double bound = s->scale[b] * fabs(y) + s->slope_scale * fabs(entry) + s->floor[b];
            s->positive[b * words + j / 64] |= (uint64_t)(value > 0) << (j % 64);
            s->open[j / 64] |= (uint64_t) !(fabs(value) > bound) << (j % 64);
        }
    }
}

void zt_cell_order_reference_(const zt_cell_order_ *o) {
    const size_t words = (o->rows + 63) / 64;
    for (size_t v = 0; v < o->vertices; v++) {
        uint64_t *bits = o->bits + v * words;
        o->near[v] = 0;
        memcpy(bits, o->falling, words * sizeof *bits);
        for (size_t i = 0; i < o->rows; i++) {
            const int below = o->high[i] < o->vertex_low[v];
            const int reached = o->low[i] <= o->vertex_high[v];
            bits[i / 64] ^= (uint64_t)below << (i % 64);
            o->near[v] += (uint32_t)(reached && !below);
        }
    }
}

double zt_cell_reach_reference_(const zt_cell_reach_ *reach) {
    const size_t rows = reach->rows, first = rows / 8 * 8;
    double fastest = 0;
    for (size_t i = 0; i < rows + reach->rank; i++) {
        const double slope = reach->slope == NULL ? 0 : reach->slope[i];
        const double point = reach->constant[i] + reach->t * slope;
        double gradient = reach->growth * slope;
        for (size_t k = 0; k < reach->picked; k++) gradient += reach->inward[k] * reach->slack[k][i];
        if (i >= first) {
            reach->point[i - first] = point;
            reach->gradient[i - first] = gradient;
        }
        if (i >= rows || (reach->ignored[i / 64] >> (i % 64) & 1) != 0) continue;
        fastest = fmax(fastest, -gradient / point);
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
