/* The vertices on a line: where each further row vanishes, and where the first functional of the flag does. */
#include "cell_kernels.h"
#include "cell_search.h"

typedef struct {
    zt_search_ *search;
    zt_node_ *node;
    const double *constant, *slope;
    double constant_error, slope_error;
    zt_form_ form;
} line_;

/* Where each row vanishes: -C / Y, an interval when the entries are not exact. Rows of one sign vanish at infinity
 * on the side that gives them this sign; rows that vanish throughout count as negative. */
static void find_roots_(const line_ *line) {
    zt_search_ *search = line->search;
    for (size_t i = 0; i < search->rows; i++) {
        const double c = line->constant[i], y = line->slope[i] + 0.0;
        if (line->node->state[i] != ZT_FREE_) {
            search->low[i] = search->high[i] = c > 0 ? -INFINITY : INFINITY;
            continue;
        }
        const double root = -c / y;
        if (line->node->exact) {
            search->low[i] = search->high[i] = root;
            continue;
        }
        const double certain = fabs(y) - line->slope_error;
        double spread =
            (line->constant_error + fabs(root) * line->slope_error) / certain + 0x1p-52 * fabs(root);
        spread *= 1 + 0x1p-30;
        const int known = certain > 0 && spread < INFINITY;
        search->low[i] = known ? root - spread - 0x1p-52 * fabs(root - spread) : -INFINITY;
        search->high[i] = known ? root + spread + 0x1p-52 * fabs(root + spread) : INFINITY;
    }
}

/* The sign of row i where row j vanishes; 0 when both do. */
static int sign_at_(const line_ *line, size_t i, size_t j) {
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

/* Settles the rows whose order with row j rounding hides; the members of the vertex. 0 when a row before j vanishes
 * with it: the set is not the first basis. */
static int settle_(const line_ *line, size_t j, uint64_t *bits) {
    zt_search_ *search = line->search;
    zt_vertex_ *vertex = &search->vertex;
    vertex->rows = 0;
    for (size_t i = 0; i < search->rows; i++) {
        const uint8_t state = line->node->state[i];
        int member = state == ZT_CLOSURE_ || i == j;
        if (state == ZT_FREE_ && i != j && !(search->high[i] < search->low[j]) &&
            !(search->low[i] > search->high[j])) {
            int sign = sign_at_(line, i, j);
            if (sign == 0 && i < j) return 0;
            member = sign == 0;
            zt_set_bit_(bits, i, sign > 0);
        }
        if (state == ZT_CONSTANT_) zt_set_bit_(bits, i, line->constant[i] > 0);
        if (!member) continue;
        search->members[vertex->rows++] = i;
        zt_set_bit_(bits, i, 0);
    }
    return 1;
}

/* sign(V) for V = L Y_j - Y L_j, or of C in place of L; exactly when in doubt. V / Y_j is the coefficient. */
typedef struct {
    double value, error;
    int sign; /* of the coefficient */
} slope_;

/* The sign of a coefficient of the functional at the vertex of row j, exactly. */
static int functional_sign_(const line_ *line, size_t picked, size_t j, int at) {
    zt_search_ *search = line->search;
    const size_t number = search->first_functional;
    const double *f = search->run->functionals + number * search->run->plan->rank;
    search->picked[picked - 1] = j;
    zt_basis_ basis = {.picked = picked, .picks = search->picked};
    return search->orientation * zt_coefficient_sign_(search, &basis, at, f, number + 1);
}

static slope_ slope_at_(const line_ *line, size_t column, size_t j, int y_sign, int at) {
    const zt_node_ *node = line->node;
    const zt_form_ *form = &line->form;
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

static int slope_sign_(const line_ *line, size_t j) {
    const double y = line->slope[j];
    if (fabs(y) > line->slope_error) return y > 0 ? 1 : -1;
    zt_search_ *search = line->search;
    zt_basis_ basis = {.picked = line->node->picked, .picks = search->picked, .extras = 1};
    basis.extra[0] = line->node->direction[1];
    return zt_coefficient_sign_(search, &basis, ZT_AT_EXTRA_, search->global[j], 0);
}

/* The rows that vanish at a vertex of level 0, in terms of the picked rows and j, as integers. 0 when these grow too
 * large. */
static int fill_exactly_(const line_ *line, size_t j, int y_sign, zt_search_ *local) {
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
static void fill_roughly_(const line_ *line, size_t j, zt_search_ *local) {
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

/* All cells at a vertex of level 0 with its bits and members known. */
static int vertex_cells_(line_ *line, size_t j, uint64_t *bits) {
    zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    zt_vertex_ *vertex = &search->vertex;
    const size_t q = node->picked + 1;
    const int witnesses = search->run->plan->witnesses, y_sign = slope_sign_(line, j);
    const slope_ height = slope_at_(line, 0, j, y_sign, ZT_AT_CHART_);
    slope_ slopes[ZT_RANK_];
    for (size_t k = 0; k + 1 < q; k++) slopes[k] = slope_at_(line, 2 + k, j, y_sign, (int)k);
    slopes[q - 1] =
        (slope_){line->form.value[1] * node->scale * y_sign, line->form.error[1] * node->scale, 0};
    slopes[q - 1].error += 0x1p-52 * fabs(slopes[q - 1].value);
    slopes[q - 1].sign = fabs(slopes[q - 1].value) > slopes[q - 1].error
                             ? (slopes[q - 1].value > 0 ? 1 : -1)
                             : functional_sign_(line, q, j, (int)q - 1);

    search->picked[q - 1] = j;
    vertex->sigma = height.sign;
    vertex->base = bits;
    vertex->members = search->members;
    vertex->constant = line->constant;
    vertex->slope = line->slope;
    vertex->t = -line->constant[j] / line->slope[j];
    vertex->picked = q;
    for (size_t k = 0; k < q && witnesses; k++) {
        vertex->slack[k] = k + 1 < q ? node->columns[2 + k] : search->zeros;
        vertex->gain[k] =
            k + 1 < q ? -node->columns[2 + k][j] / line->slope[j] : node->scale / line->slope[j];
    }
    if (vertex->rows == q) {
        double inward[ZT_RANK_];
        memcpy(search->line, bits, search->words * sizeof(uint64_t));
        for (size_t k = 0; k < q; k++) {
            inward[k] = slopes[k].sign * height.sign;
            zt_set_bit_(search->line, search->picked[k], inward[k] > 0);
        }
        return zt_vertex_cell_(search, search->line, witnesses ? inward : NULL);
    }
    char *mark = search->run->arena.next;
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

/* The vertex of level 1, where functional 0 vanishes; functional 1 decides. */
static int flag_cells_(line_ *line) {
    zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    zt_vertex_ *vertex = &search->vertex;
    const size_t q = node->picked, order = search->run->plan->rank;
    const int witnesses = search->run->plan->witnesses;
    const zt_form_ *zero = &line->form;
    zt_basis_ basis = {.level = 1, .picked = q, .picks = search->picked};
    const int f_sign = fabs(zero->value[1]) > zero->error[1] ? (zero->value[1] > 0 ? 1 : -1) : 0;

    memset(search->base, 0, search->words * sizeof(uint64_t));
    vertex->rows = 0;
    for (size_t i = 0; i < search->rows; i++) {
        int sign = -1;
        if (node->state[i] == ZT_CLOSURE_) {
            search->members[vertex->rows++] = i;
        } else if (node->state[i] == ZT_CONSTANT_) {
            sign = line->constant[i] > 0 ? 1 : -1;
        } else {
            sign = f_sign * zt_filtered_sign_(line->constant[i], line->constant_error, zero->value[1],
                                              zero->error[1], line->slope[i], line->slope_error,
                                              zero->value[0], zero->error[0]);
            if (sign == 0 || sign == 2 || sign == -2) {
                sign = zt_coefficient_sign_(search, &basis, ZT_AT_CHART_, search->global[i], 0);
            }
        }
        zt_set_bit_(search->base, i, sign > 0);
    }
    vertex->base = search->base;
    vertex->members = search->members;
    vertex->constant = line->constant;
    vertex->slope = line->slope;
    vertex->t = -zero->value[0] / zero->value[1];
    vertex->picked = q;
    vertex->sigma = 1;
    for (size_t k = 0; k < q && witnesses; k++) {
        vertex->slack[k] = node->columns[2 + k];
        vertex->gain[k] = -zero->value[2 + k] / zero->value[1];
    }
    if (q == 0) {
        memcpy(search->line, search->base, search->words * sizeof(uint64_t));
        double nothing[1] = {0};
        return zt_vertex_cell_(search, search->line, witnesses ? nothing : NULL);
    }

    zt_form_ one;
    zt_find_form_(search, node, 1, &one);
    double value[ZT_RANK_], error[ZT_RANK_];
    int sign[ZT_RANK_];
    for (size_t k = 0; k <= q; k++) {
        const size_t column = k < q ? 2 + k : 0;
        const double left = one.value[column] * zero->value[1], right = one.value[1] * zero->value[column];
        value[k] = f_sign * (left - right);
        error[k] = (one.error[column] * fabs(zero->value[1]) +
                    (fabs(one.value[column]) + one.error[column]) * zero->error[1] +
                    one.error[1] * fabs(zero->value[column]) +
                    (fabs(one.value[1]) + one.error[1]) * zero->error[column] +
                    0x1p-51 * (fabs(left) + fabs(right))) *
                   (1 + 0x1p-40);
        if (f_sign == 0) error[k] = INFINITY;
        sign[k] = fabs(value[k]) > error[k]
                      ? (value[k] > 0 ? 1 : -1)
                      : zt_coefficient_sign_(search, &basis, k < q ? (int)k : ZT_AT_CHART_,
                                             search->run->functionals + order, 2);
    }
    if (vertex->rows == q) {
        double inward[ZT_RANK_];
        memcpy(search->line, search->base, search->words * sizeof(uint64_t));
        for (size_t k = 0; k < q; k++) {
            inward[k] = sign[k] * sign[q];
            zt_set_bit_(search->line, search->picked[k], inward[k] > 0);
        }
        return zt_vertex_cell_(search, search->line, witnesses ? inward : NULL);
    }
    char *mark = search->run->arena.next;
    zt_search_ *local = zt_local_open_(search, search->picked, q, 1);
    local->orientation = sign[q];
    zt_node_ *root = &local->nodes[0];
    root->exact = node->exact;
    root->scale = node->scale;
    for (size_t k = 0; k < q; k++) {
        root->error[k] = node->error[2 + k];
        for (size_t m = 0; m < local->rows; m++)
            root->columns[k][m] = node->columns[2 + k][search->members[m]];
        local->functional[k] = sign[q] * value[k];
        local->functional_error[k] = error[k];
    }
    int going = zt_local_cells_(local);
    search->run->arena.next = mark;
    return going;
}

/* The bits at the vertices of the rows after `last`, and whether the order of roots leaves any open. */
static void line_bits_(const line_ *line) {
    const zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    for (size_t j = node->last + 1; j < search->rows; j++) {
        uint64_t *bits = search->vertex_lines + j * search->words;
        uint8_t open = 0;
        memset(bits, 0, search->words * sizeof *bits);
        for (size_t i = 0; i < search->rows; i++) {
            const int below = search->high[i]<search->low[j], above = search->low[i]> search->high[j];
            const int falling = node->state[i] == ZT_FREE_ && line->slope[i] < 0;
            bits[i / 64] |= (uint64_t)(below ^ falling) << (i % 64);
            open |= !below && !above && i != j && node->state[i] == ZT_FREE_;
        }
        zt_set_bit_(bits, j, 0);
        search->dirty[j] = open;
    }
}

int zt_line_(zt_search_ *search, zt_node_ *node) {
    line_ line = {.search = search, .node = node, .constant = node->columns[0], .slope = node->columns[1]};
    line.constant_error = node->error[0];
    line.slope_error = node->error[1];
    zt_find_form_(search, node, 0, &line.form);
    find_roots_(&line);
    line_bits_(&line);
    for (size_t j = node->last + 1; j < search->rows; j++) {
        if (node->state[j] != ZT_FREE_) continue;
        uint64_t *bits = search->vertex_lines + j * search->words;
        if (!settle_(&line, j, bits)) continue;
        if (!vertex_cells_(&line, j, bits)) return 0;
    }
    return search->outer != NULL || flag_cells_(&line);
}
