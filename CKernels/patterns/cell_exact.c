/* The signs that floating point leaves open, as determinants of the data and the functionals. */
#include "cell_search.h"

static void append_(zt_rows_ *rows, const double *row, size_t functional) {
    rows->functional[rows->count] = functional;
    rows->rows[rows->count++] = row;
}

int zt_coefficient_sign_(const zt_search_ *search, const zt_basis_ *basis, int at, const double *row,
                         size_t functional) {
    const zt_run_ *run = search->run;
    const size_t order = run->plan->rank;
    zt_rows_ rows = {.r = order};
    for (size_t k = 0; k < search->fixed; k++) {
        append_(&rows, search->fixed_rows[k], search->fixed_functional[k]);
    }
    for (size_t k = 0; k < basis->level; k++) append_(&rows, run->functionals + k * order, k + 1);
    size_t place = rows.count;
    append_(&rows, search->global[0], 0);
    if (at >= 0 && at < ZT_AT_EXTRA_) place = rows.count + (size_t)at;
    for (size_t k = 0; k < basis->picked; k++) append_(&rows, search->global[basis->picks[k]], 0);
    if (at >= ZT_AT_EXTRA_) place = rows.count + (size_t)(at - ZT_AT_EXTRA_);
    for (size_t k = 0; k < basis->extras; k++) append_(&rows, basis->extra[k], 0);

    int whole = zt_determinant_sign_(&rows);
    rows.rows[place] = row;
    rows.functional[place] = functional;
    return whole * zt_determinant_sign_(&rows);
}

int zt_depends_(const zt_search_ *search, size_t picked, int with_chart, size_t j) {
    zt_rows_ rows = {.r = search->run->plan->rank};
    if (with_chart) append_(&rows, search->global[0], 0);
    for (size_t k = 0; k < picked; k++) append_(&rows, search->global[search->picked[k]], 0);
    append_(&rows, search->global[j], 0);
    return !zt_independent_(&rows);
}

void zt_find_form_(const zt_search_ *search, const zt_node_ *node, size_t functional, zt_form_ *form) {
    const size_t rank = search->rank;
    const double *f = search->functional + functional * rank,
                 *off = search->functional_error + functional * rank;
    for (size_t b = 0; b < rank; b++) {
        const double *units = node->columns[b] + search->rows;
        double value = 0, size = 0, spread = 0;
        for (size_t c = 0; c < rank; c++) {
            value += f[c] * units[c];
            size += fabs(f[c] * units[c]);
            spread += off[c] * fabs(units[c]) + (fabs(f[c]) + off[c]) * node->error[b];
        }
        form->value[b] = value;
        form->error[b] = (spread + (double)(rank + 2) * 0x1p-52 * size) * (1 + 0x1p-40);
    }
}
