/* The vertices of rows on a line: the cells there, and what is in doubt about them. */
#include "cell_line.h"

int zt_sign_at_(const zt_flat_line_ *line, size_t i, size_t j) {
    const double *c = line->constant, *y = line->slope;
    zt_search_ *search = line->search;
    if (line->node->exact) {
        const double left = c[i] * y[j], right = y[i] * c[j];
        double difference = left - right;
        if (left == right) difference = fma(c[i], y[j], -left) - fma(y[i], c[j], -right);
        int sign = (difference > 0) - (difference < 0);
        return y[j] > 0 ? sign : -sign;
    }
    search->picked[line->node->picked] = j;
    zt_basis_ basis = {.picked = line->node->picked + 1, .picks = search->picked};
    return zt_coefficient_sign_(search, &basis, ZT_AT_CHART_, search->global[i], 0);
}

int zt_settle_vertex_(const zt_flat_line_ *line, size_t j, uint64_t *bits) {
    zt_search_ *search = line->search;
    zt_vertex_ *vertex = &search->vertex;
    const double *high = zt_line_high_(line);
    vertex->rows = 0;
    memset(bits, 0, search->words * sizeof *bits);
    for (size_t i = 0; i < search->rows; i++) {
        int sign = line->constant[i] > 0 ? 1 : -1;
        if (zt_bit_(line->node->vanishing, i) || i == j) {
            sign = 0;
        } else if (zt_bit_(line->node->moving, i)) {
            const int below = high[i]<search->low[j], above = search->low[i]> high[j];
            sign = (unsigned)below == zt_bit_(search->falling, i) ? -1 : 1;
            if (!below && !above) sign = zt_sign_at_(line, i, j);
            if (sign == 0 && i < j) return 0;
        }
        if (sign == 0) search->members[vertex->rows++] = i;
        bits[i / 64] |= (uint64_t)(sign > 0) << (i % 64);
    }
    return 1;
}

int zt_settle_equal_(const zt_flat_line_ *line, const uint64_t *rows, size_t count, size_t j,
                     uint64_t *bits) {
    zt_search_ *search = line->search;
    size_t members = line->node->picked;
    for (size_t k = 0; k < members; k++) {
        search->members[k] = search->picked[k];
        zt_set_bit_(bits, search->picked[k], 0);
    }
    for (size_t k = 0; k < count && search->low[rows[k]] == search->low[j]; k++) {
        const size_t i = rows[k];
        const int sign = i == j ? 0 : zt_sign_at_(line, i, j);
        if (sign == 0 && i < j) return 0;
        if (sign == 0) search->members[members++] = i;
        zt_set_bit_(bits, i, sign > 0);
    }
    search->vertex.rows = members;
    return 1;
}

/* sign(V) for V = L Y_j - Y L_j, or of C in place of L; exactly when in doubt. V / Y_j is the coefficient. */
typedef struct {
    double value, error;
    int sign; /* of the coefficient */
} slope_;

/* The sign of a coefficient of the functional at the vertex of row j, exactly. */
static int functional_sign_(const zt_flat_line_ *line, size_t picked, size_t j, int at) {
    zt_search_ *search = line->search;
    const size_t number = search->first_functional;
    const double *f = search->run->functionals + number * search->run->plan->rank;
    search->picked[picked - 1] = j;
    zt_basis_ basis = {.picked = picked, .picks = search->picked};
    return search->orientation * zt_coefficient_sign_(search, &basis, at, f, number + 1);
}

static slope_ slope_at_(const zt_flat_line_ *line, size_t column, size_t j, int y_sign, int at) {
    const zt_node_ *node = line->node;
    const zt_form_ *form = &line->form[0];
    const double left = form->value[column], left_error = form->error[column], right = form->value[1],
                 right_error = form->error[1], entry = node->columns[column][j];
    const double y = line->slope[j];
    slope_ result = {.value = (left * y - right * entry) * y_sign};
    result.error = (left_error * fabs(y) + (fabs(left) + left_error) * line->slope_error +
                    right_error * fabs(entry) + (fabs(right) + right_error) * node->error[column] +
                    0x1p-51 * (fabs(left * y) + fabs(right * entry))) *
                   (1 + 0x1p-40);
    if (fabs(result.value) > result.error) {
        result.sign = result.value > 0 ? 1 : -1;
        return result;
    }
    result.sign = functional_sign_(line, node->picked + 1, j, at);
    return result;
}

int zt_slope_sign_(const zt_flat_line_ *line, size_t j) {
    const double y = line->slope[j];
    if (fabs(y) > line->slope_error) return y > 0 ? 1 : -1;
    zt_search_ *search = line->search;
    zt_basis_ basis = {.picked = line->node->picked, .picks = search->picked, .extras = 1};
    basis.extra[0] = line->node->direction[1];
    return zt_coefficient_sign_(search, &basis, ZT_AT_EXTRA_, search->global[j], 0);
}

/* The rows that vanish at a vertex of level 0, in terms of the picked rows and j, as integers. 0 when these
 * grow too large. */
static int fill_exactly_(const zt_flat_line_ *line, size_t j, int y_sign, zt_search_ *local) {
    const zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    zt_node_ *root = &local->nodes[0];
    const double ratio = fabs(line->slope[j]) / node->scale;
    double largest = 0;
    for (size_t k = 0; k < node->picked; k++) {
        const double *slack = node->columns[2 + k], factor = y_sign * slack[j] / node->scale;
        for (size_t m = 0; m < local->rows; m++) {
            const size_t i = search->members[m];
            const double left = slack[i] * ratio, right = line->slope[i] * factor;
            largest = fmax(largest, fmax(fabs(left), fabs(right)));
            root->columns[k][m] = rint(left - right);
        }
    }
    for (size_t m = 0; m < local->rows; m++) {
        root->columns[node->picked][m] = y_sign * line->slope[search->members[m]];
    }
    root->exact = 1;
    root->scale = fabs(line->slope[j]);
    return largest < 0x1p49;
}

/* The same in floating point, with errors. */
static void fill_roughly_(const zt_flat_line_ *line, size_t j, zt_search_ *local) {
    const zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    zt_node_ *root = &local->nodes[0];
    const double y = line->slope[j], y_error = line->slope_error, certain = fabs(y) - y_error;
    const int known = certain > 0;
    double size = 0;
    for (size_t m = 0; m < local->rows; m++) size = fmax(size, fabs(line->slope[search->members[m]]));
    root->exact = 0;
    root->scale = node->scale;
    for (size_t k = 0; k <= node->picked; k++) {
        const double *slack = node->columns[k < node->picked ? 2 + k : 1];
        const double slack_error = k < node->picked ? node->error[2 + k] : y_error;
        const double beta = k < node->picked ? slack[j] / y : -node->scale / y;
        const double entry_error = k < node->picked ? slack_error : 0;
        const double beta_error = (entry_error + fabs(beta) * y_error) / certain + 0x1p-52 * fabs(beta);
        double largest = 0;
        for (size_t m = 0; m < local->rows; m++) {
            const size_t i = search->members[m];
            const double value = (k < node->picked ? slack[i] : 0) - line->slope[i] * beta;
            root->columns[k][m] = known ? value : 0;
            largest = fmax(largest, (k < node->picked ? fabs(slack[i]) : 0) + fabs(line->slope[i] * beta));
        }
        root->error[k] =
            known ? (entry_error + fabs(beta) * y_error + beta_error * (size + y_error) + 0x1p-51 * largest) *
                        (1 + 0x1p-30)
                  : INFINITY;
    }
}

/* What directions at the vertex of row j need. */
static void place_vertex_(const zt_flat_line_ *line, size_t j) {
    zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    zt_vertex_ *vertex = &search->vertex;
    const size_t q = node->picked + 1;
    vertex->members = search->members;
    vertex->picked = q;
    if (!search->run->plan->witnesses) return;
    const double inverse = 1 / line->slope[j];
    vertex->constant = line->constant;
    vertex->slope = line->slope;
    vertex->t = -line->constant[j] * inverse;
    for (size_t k = 0; k + 1 < q; k++) {
        vertex->slack[k] = node->columns[2 + k];
        vertex->gain[k] = -node->columns[2 + k][j] * inverse;
    }
    vertex->slack[q - 1] = search->zeros;
    vertex->gain[q - 1] = node->scale * inverse;
}

int zt_simple_vertex_(const zt_flat_line_ *line, size_t j, uint64_t *bits, int below) {
    zt_search_ *search = line->search;
    zt_vertex_ *vertex = &search->vertex;
    vertex->sigma = below ? -1 : 1;
    if (!search->run->plan->witnesses) return zt_vertex_cell_(search, bits, NULL);
    const size_t q = line->node->picked;
    double inward[ZT_RANK_];
    search->picked[q] = j;
    vertex->rows = q + 1;
    for (size_t k = 0; k <= q; k++) {
        search->members[k] = search->picked[k];
        inward[k] = zt_bit_(bits, search->picked[k]) ? 1 : -1;
    }
    place_vertex_(line, j);
    return zt_vertex_cell_(search, bits, inward);
}

int zt_tied_vertex_(const zt_flat_line_ *line, size_t j, uint64_t *bits) {
    zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    zt_vertex_ *vertex = &search->vertex;
    const size_t q = node->picked + 1;
    const int witnesses = search->run->plan->witnesses, y_sign = zt_slope_sign_(line, j);
    const slope_ height = slope_at_(line, 0, j, y_sign, ZT_AT_CHART_);
    slope_ slopes[ZT_RANK_];
    for (size_t k = 0; k + 1 < q; k++) slopes[k] = slope_at_(line, 2 + k, j, y_sign, (int)k);
    slopes[q - 1] =
        (slope_){line->form[0].value[1] * node->scale * y_sign, line->form[0].error[1] * node->scale, 0};
    slopes[q - 1].error += 0x1p-52 * fabs(slopes[q - 1].value);
    slopes[q - 1].sign = fabs(slopes[q - 1].value) > slopes[q - 1].error
                             ? (slopes[q - 1].value > 0 ? 1 : -1)
                             : functional_sign_(line, q, j, (int)q - 1);

    search->picked[q - 1] = j;
    vertex->sigma = height.sign;
    vertex->base = bits;
    place_vertex_(line, j);
    if (vertex->rows == q) {
        double inward[ZT_RANK_];
        memcpy(search->line, bits, search->words * sizeof(uint64_t));
        for (size_t k = 0; k < q; k++) {
            inward[k] = slopes[k].sign * height.sign;
            zt_set_bit_(search->line, search->picked[k], inward[k] > 0);
        }
        return zt_vertex_cell_(search, search->line, witnesses ? inward : NULL);
    }
    const uintptr_t mark = search->run->arena.next;
    zt_search_ *local = zt_local_open_(search, search->picked, q, 0);
    local->orientation = search->orientation * height.sign;
    if (!node->exact || !fill_exactly_(line, j, y_sign, local)) fill_roughly_(line, j, local);
    for (size_t k = 0; k < q; k++) {
        local->functional[k] = height.sign * slopes[k].value;
        local->functional_error[k] = slopes[k].error;
    }
    int going = zt_local_cells_(local);
    search->run->arena.next = mark;
    return going;
}
