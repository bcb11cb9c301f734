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

void zt_weigh_functionals_(zt_search_ *search) {
    const size_t rank = search->rank;
    for (size_t k = 0; k < search->functionals; k++) {
        const double *f = search->functional + k * rank, *off = search->functional_error + k * rank;
        double size = 0;
        for (size_t c = 0; c < rank; c++) {
            search->functional_weight[k * rank + c] = off[c] + (double)(rank + 2) * 0x1p-52 * fabs(f[c]);
            size += fabs(f[c]) + off[c];
        }
        search->functional_size[k] = size;
    }
}

void zt_find_forms_(const zt_search_ *search, const zt_node_ *node, size_t first, size_t count,
                    zt_form_ *forms) {
    const size_t rank = search->rank;
    zt_cell_forms_ task;
    task.rank = rank;
    task.count = count;
    for (size_t b = 0; b < rank; b++) task.column[b] = node->columns[b] + search->rows;
    for (size_t k = 0; k < count; k++) {
        task.functional[k] = search->functional + (first + k) * rank;
        task.weight[k] = search->functional_weight + (first + k) * rank;
        task.value[k] = forms[k].value;
        task.size[k] = forms[k].error;
    }
    search->run->kernels.forms(&task);
    for (size_t k = 0; k < count; k++) {
        const double size = search->functional_size[first + k];
        for (size_t b = 0; b < rank; b++) {
            forms[k].error[b] = (forms[k].error[b] + size * node->error[b]) * (1 + 0x1p-40);
        }
    }
}
