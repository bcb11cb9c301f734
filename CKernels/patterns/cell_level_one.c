/* The vertex of level 1: where functional 0 vanishes on a line. */
#include "cell_line.h"

int zt_find_level_one_(const zt_flat_line_ *line, zt_level_one_ *flag) {
    zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    const size_t q = node->picked;
    const zt_form_ *zero = &line->form[0];
    flag->basis = (zt_basis_){.level = 1, .picked = q, .picks = search->picked};
    flag->form_sign = fabs(zero->value[1]) > zero->error[1] ? (zero->value[1] > 0 ? 1 : -1) : 0;
    if (q == 0) return flag->form_sign != 0;
    const zt_form_ *one = &line->form[1];
    int certain = flag->form_sign != 0;
    for (size_t k = 0; k <= q; k++) {
        const size_t column = k < q ? 2 + k : 0;
        const double left = one->value[column] * zero->value[1], right = one->value[1] * zero->value[column];
        const double value = flag->form_sign * (left - right);
        double error = (one->error[column] * fabs(zero->value[1]) +
                        (fabs(one->value[column]) + one->error[column]) * zero->error[1] +
                        one->error[1] * fabs(zero->value[column]) +
                        (fabs(one->value[1]) + one->error[1]) * zero->error[column] +
                        0x1p-51 * (fabs(left) + fabs(right))) *
                       (1 + 0x1p-40);
        if (flag->form_sign == 0) error = INFINITY;
        flag->value[k] = value;
        flag->error[k] = error;
        flag->sign[k] = fabs(value) > error ? (value > 0 ? 1 : -1) : 0;
        certain &= flag->sign[k] != 0;
    }
    return certain;
}

/* Settles what is in doubt: the bits of the rows into `base`, and the signs. */
static void settle_flag_(const zt_flat_line_ *line, zt_level_one_ *flag) {
    zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    zt_vertex_ *vertex = &search->vertex;
    const zt_form_ *zero = &line->form[0];
    const size_t q = node->picked, order = search->run->plan->rank;
    memset(search->base, 0, search->words * sizeof(uint64_t));
    vertex->rows = 0;
    for (size_t i = 0; i < search->rows; i++) {
        int sign = -1;
        if (zt_bit_(node->vanishing, i)) {
            search->members[vertex->rows++] = i;
        } else if (!zt_bit_(node->moving, i)) {
            sign = line->constant[i] > 0 ? 1 : -1;
        } else {
            sign = flag->form_sign * zt_filtered_sign_(line->constant[i], line->constant_error,
                                                       zero->value[1], zero->error[1], line->slope[i],
                                                       line->slope_error, zero->value[0], zero->error[0]);
            if (sign != 1 && sign != -1) {
                sign = zt_coefficient_sign_(search, &flag->basis, ZT_AT_CHART_, search->global[i], 0);
            }
        }
        zt_set_bit_(search->base, i, sign > 0);
    }
    for (size_t k = 0; k <= q && q > 0; k++) {
        if (flag->sign[k] != 0) continue;
        flag->sign[k] = zt_coefficient_sign_(search, &flag->basis, k < q ? (int)k : ZT_AT_CHART_,
                                             search->run->functionals + order, 2);
    }
}

/* The cell at the vertex of level 1 when no more rows than the picked ones vanish there, from the bits of
 * the others. */
static int simple_flag_cell_(const zt_flat_line_ *line, const zt_level_one_ *flag) {
    zt_search_ *search = line->search;
    const size_t q = line->node->picked;
    double inward[ZT_RANK_] = {0};
    for (size_t k = 0; k < q; k++) {
        inward[k] = flag->sign[k] * flag->sign[q];
        zt_set_bit_(search->base, search->picked[k], inward[k] > 0);
        search->members[k] = search->picked[k];
    }
    search->vertex.rows = q;
    return zt_vertex_cell_(search, search->base, search->run->plan->witnesses ? inward : NULL);
}

int zt_level_one_vertex_(const zt_flat_line_ *line, zt_level_one_ *flag, int settled) {
    zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    zt_vertex_ *vertex = &search->vertex;
    const zt_form_ *zero = &line->form[0];
    const size_t q = node->picked;
    if (!settled) settle_flag_(line, flag);
    vertex->base = search->base;
    vertex->members = search->members;
    vertex->picked = q;
    vertex->sigma = 1;
    if (search->run->plan->witnesses) {
        vertex->constant = line->constant;
        vertex->slope = line->slope;
        vertex->t = -zero->value[0] / zero->value[1];
        for (size_t k = 0; k < q; k++) {
            vertex->slack[k] = node->columns[2 + k];
            vertex->gain[k] = -zero->value[2 + k] / zero->value[1];
        }
    }
    if (node->closure == 0) return simple_flag_cell_(line, flag);

    const uintptr_t mark = search->run->arena.next;
    zt_search_ *local = zt_local_open_(search, search->picked, q, 1);
    local->orientation = flag->sign[q];
    zt_node_ *root = &local->nodes[0];
    root->exact = node->exact;
    root->scale = node->scale;
    for (size_t k = 0; k < q; k++) {
        root->error[k] = node->error[2 + k];
        for (size_t m = 0; m < local->rows; m++)
            root->columns[k][m] = node->columns[2 + k][search->members[m]];
        local->functional[k] = flag->sign[q] * flag->value[k];
        local->functional_error[k] = flag->error[k];
    }
    int going = zt_local_cells_(local);
    search->run->arena.next = mark;
    return going;
}
