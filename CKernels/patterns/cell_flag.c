/* The vertices of levels above 1: the point of a flat where the functionals of the flag vanish. */
#include "cell_search.h"

typedef struct {
    size_t count;
    double value[ZT_RANK_][ZT_RANK_], error[ZT_RANK_][ZT_RANK_];
} forms_;

/* The quotient of two entries and how far off it is. */
static double ratio_(double a, double a_error, double b, double b_error, double *error) {
    const double ratio = a / b, certain = fabs(b) - b_error;
    *error = certain > 0
                 ? ((a_error + fabs(ratio) * b_error) / certain + 0x1p-52 * fabs(ratio)) * (1 + 0x1p-30)
                 : INFINITY;
    return ratio;
}

/* Makes functional s vanish: its coordinate p is expressed by the others, in the columns and later
 * functionals. */
static void eliminate_(zt_search_ *search, zt_node_ *node, forms_ *forms, size_t s, size_t p, size_t used) {
    double *const pivot = node->columns[p];
    for (size_t c = 0; c < used; c++) {
        if (c == p || node->columns[c] == NULL) continue;
        double beta_error, beta = ratio_(forms->value[s][c], forms->error[s][c], forms->value[s][p],
                                         forms->error[s][p], &beta_error);
        double *column = node->columns[c];
        for (size_t i = 0; i < search->padded; i++) column[i] -= pivot[i] * beta;
        const double size = node->norm[c] + fabs(beta) * node->norm[p];
        node->error[c] = (node->error[c] + fabs(beta) * node->error[p] +
                          beta_error * (node->norm[p] + node->error[p]) + 0x1p-51 * size) *
                         (1 + 0x1p-30);
        node->norm[c] = size * (1 + 0x1p-30);
    }
    for (size_t c = 0; c < search->rank; c++) {
        if (c == p) continue;
        double beta_error, beta = ratio_(forms->value[s][c], forms->error[s][c], forms->value[s][p],
                                         forms->error[s][p], &beta_error);
        for (size_t t = s + 1; t < forms->count; t++) {
            const double by = forms->value[t][p], by_error = forms->error[t][p];
            const double size = fabs(forms->value[t][c]) + fabs(beta * by);
            forms->value[t][c] -= beta * by;
            forms->error[t][c] = (forms->error[t][c] + fabs(beta) * by_error +
                                  beta_error * (fabs(by) + by_error) + 0x1p-51 * size) *
                                 (1 + 0x1p-30);
        }
    }
}

/* A copy of the dictionary in the columns of the search for flags. */
static void copy_node_(zt_search_ *search, const zt_node_ *node, size_t used, zt_node_ *copy) {
    *copy = *node;
    for (size_t c = 0; c < search->rank; c++) {
        copy->columns[c] = c < used ? search->flag_columns + c * search->padded : NULL;
        if (c >= used) continue;
        memcpy(copy->columns[c], node->columns[c], search->padded * sizeof(double));
        double norm = 0;
        for (size_t i = 0; i < search->rows + search->rank; i++) norm = fmax(norm, fabs(copy->columns[c][i]));
        copy->norm[c] = norm;
    }
}

static size_t largest_(const zt_node_ *node, const forms_ *forms, size_t s, unsigned spent) {
    size_t best = 0;
    for (size_t p = 1; p <= node->free; p++) {
        if (spent >> p & 1) continue;
        if (best == 0 || fabs(forms->value[s][p]) > fabs(forms->value[s][best])) best = p;
    }
    return best;
}

/* The sign of a number with that error, or that of the exact answer. */
static int sign_(const zt_search_ *search, const zt_basis_ *basis, double value, double error, int at,
                 const double *row, size_t functional) {
    if (fabs(value) > error) return value > 0 ? 1 : -1;
    return zt_coefficient_sign_(search, basis, at, row, functional);
}

int zt_flag_vertex_(zt_search_ *search, const zt_node_ *node) {
    const zt_run_ *run = search->run;
    const size_t g = node->free, q = node->picked;
    const size_t used = run->plan->witnesses ? search->rank : g + 1;
    forms_ *forms = (forms_ *)search->forms;
    zt_node_ *copy = search->flag_node;
    forms->count = q > 0 ? g + 1 : g;
    for (size_t t = 0; t < forms->count; t++) {
        zt_form_ form;
        zt_find_forms_(search, node, t, 1, &form);
        memcpy(forms->value[t], form.value, search->rank * sizeof(double));
        memcpy(forms->error[t], form.error, search->rank * sizeof(double));
    }
    copy_node_(search, node, used, copy);
    unsigned spent = 0;
    for (size_t s = 0; s < g; s++) {
        const size_t p = largest_(node, forms, s, spent);
        spent |= 1U << p;
        eliminate_(search, copy, forms, s, p, used);
    }

    zt_basis_ basis = {.level = g, .picked = q, .picks = search->picked};
    zt_vertex_ *vertex = &search->vertex;
    memset(search->base, 0, search->words * sizeof(uint64_t));
    vertex->rows = 0;
    for (size_t i = 0; i < search->rows; i++) {
        int sign = 0;
        if (zt_bit_(node->vanishing, i)) {
            search->members[vertex->rows++] = i;
        } else if (!zt_bit_(node->moving, i)) {
            sign = node->columns[0][i] > 0 ? 1 : -1;
        } else {
            sign = sign_(search, &basis, copy->columns[0][i], copy->error[0], ZT_AT_CHART_, search->global[i],
                         0);
        }
        zt_set_bit_(search->base, i, sign > 0);
    }
    vertex->members = search->members;
    vertex->base = search->base;
    vertex->constant = copy->columns[0];
    vertex->slope = NULL;
    vertex->picked = q;
    vertex->sigma = 1;
    for (size_t k = 0; k < q; k++) vertex->slack[k] = copy->columns[g + 1 + k];

    double inward[ZT_RANK_] = {0};
    if (q == 0) {
        memcpy(search->line, search->base, search->words * sizeof(uint64_t));
        return zt_vertex_cell_(search, search->line, run->plan->witnesses ? inward : NULL);
    }
    const double *value = forms->value[g], *error = forms->error[g];
    const double *f = run->functionals + g * run->plan->rank;
    const int height = sign_(search, &basis, value[0], error[0], ZT_AT_CHART_, f, g + 1);
    if (vertex->rows == q) {
        memcpy(search->line, search->base, search->words * sizeof(uint64_t));
        for (size_t k = 0; k < q; k++) {
            int slope = sign_(search, &basis, value[g + 1 + k], error[g + 1 + k], (int)k, f, g + 1);
            inward[k] = slope * height;
            zt_set_bit_(search->line, search->picked[k], slope * height > 0);
        }
        return zt_vertex_cell_(search, search->line, run->plan->witnesses ? inward : NULL);
    }

    const uintptr_t mark = search->run->arena.next;
    zt_search_ *local = zt_local_open_(search, search->picked, q, g);
    local->orientation = height;
    zt_node_ *root = &local->nodes[0];
    root->exact = node->exact;
    root->scale = node->scale;
    for (size_t k = 0; k < q; k++) {
        root->error[k] = node->error[g + 1 + k];
        for (size_t i = 0; i < vertex->rows; i++) {
            root->columns[k][i] = node->columns[g + 1 + k][search->members[i]];
        }
        local->functional[k] = height * value[g + 1 + k];
        local->functional_error[k] = error[g + 1 + k];
    }
    int going = zt_local_cells_(local);
    search->run->arena.next = mark;
    return going;
}
