/* The vertices on a line: where each further row vanishes, and where functional 0 of the flag does. */
#include "cell_search.h"

typedef struct {
    zt_search_ *search;
    zt_node_ *node;
    const double *constant, *slope;
    double constant_error, slope_error;
    zt_form_ form;
} line_;

/* The intervals where the rows vanish, when entries are not exact. Rows of one sign vanish at infinity on
 * the side that gives them this sign; rows that vanish throughout count as negative. */
static void find_intervals_(const line_ *line) {
    zt_search_ *search = line->search;
    memset(search->falling, 0, search->words * sizeof *search->falling);
    memset(search->moving, 0, search->words * sizeof *search->moving);
    for (size_t i = 0; i < search->rows; i++) {
        const double c = line->constant[i], y = line->slope[i];
        if (line->node->state[i] != ZT_FREE_) {
            search->low[i] = search->high[i] = c > 0 ? -INFINITY : INFINITY;
            continue;
        }
        search->moving[i / 64] |= (uint64_t)1 << (i % 64);
        search->falling[i / 64] |= (uint64_t)(y < 0) << (i % 64);
        const double root = -c / y, certain = fabs(y) - line->slope_error;
        double spread =
            (line->constant_error + fabs(root) * line->slope_error) / certain + 0x1p-52 * fabs(root);
        spread *= 1 + 0x1p-30;
        const int known = certain > 0 && spread < INFINITY;
        search->low[i] = known ? root - spread - 0x1p-52 * fabs(root - spread) : -INFINITY;
        search->high[i] = known ? root + spread + 0x1p-52 * fabs(root + spread) : INFINITY;
    }
    for (size_t i = search->rows; i % ZT_LANES_ != 0; i++) search->low[i] = search->high[i] = INFINITY;
}

/* States from exact entries. */
static void find_states_(const line_ *line) {
    for (size_t i = 0; i < line->search->rows; i++) {
        const int moves = line->slope[i] != 0, constant = line->constant[i] != 0;
        line->node->state[i] = moves ? ZT_FREE_ : constant ? ZT_CONSTANT_ : ZT_CLOSURE_;
    }
}

/* Roots and closure. 0 when a row before the last picked one vanishes newly: the set is not the first
 * basis. */
static int prepare_(const line_ *line, const zt_node_ *parent) {
    zt_search_ *search = line->search;
    zt_node_ *node = line->node;
    if (!node->exact) {
        if (parent != NULL && !zt_node_classify_(search, parent, node)) return 0;
        find_intervals_(line);
        return 1;
    }
    const zt_cell_roots_ roots = {search->rows,    line->constant, line->slope,    search->low,
                                  search->falling, search->moving, node->vanishing};
    search->run->kernels.roots(&roots);
    size_t count = 0;
    for (size_t w = 0; w < search->words; w++) {
        uint64_t fresh = node->vanishing[w] & ~(parent == NULL ? 0 : parent->vanishing[w]);
        if (w < node->last / 64 && fresh != 0) return 0;
        if (w == node->last / 64 && (fresh & (((uint64_t)1 << (node->last % 64)) - 1)) != 0) return 0;
        count += (size_t)__builtin_popcountll(node->vanishing[w]);
    }
    node->closure = count - node->picked;
    return 1;
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

/* The bits at the vertex of row j, where rounding hides the order of some rows exactly, and its members. 0
 * when a row before j vanishes with it: the set is not the first basis. */
static int settle_(const line_ *line, size_t j, uint64_t *bits) {
    zt_search_ *search = line->search;
    zt_vertex_ *vertex = &search->vertex;
    const double *high = line->node->exact ? search->low : search->high;
    vertex->rows = 0;
    memset(bits, 0, search->words * sizeof *bits);
    for (size_t i = 0; i < search->rows; i++) {
        const uint8_t state = line->node->state[i];
        int sign = line->constant[i] > 0 ? 1 : -1;
        if (state == ZT_CLOSURE_ || i == j) {
            sign = 0;
        } else if (state == ZT_FREE_) {
            const int below = high[i]<search->low[j], above = search->low[i]> high[j];
            sign = (unsigned)below == zt_bit_(search->falling, i) ? -1 : 1;
            if (!below && !above) sign = sign_at_(line, i, j);
            if (sign == 0 && i < j) return 0;
        }
        if (sign == 0) search->members[vertex->rows++] = i;
        bits[i / 64] |= (uint64_t)(sign > 0) << (i % 64);
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

/* The rows that vanish at a vertex of level 0, in terms of the picked rows and j, as integers. 0 when these
 * grow too large. */
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

/* What directions at the vertex of row j need. */
static void place_vertex_(const line_ *line, size_t j) {
    zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    zt_vertex_ *vertex = &search->vertex;
    const size_t q = node->picked + 1;
    vertex->members = search->members;
    vertex->picked = q;
    if (!search->run->plan->witnesses) return;
    vertex->constant = line->constant;
    vertex->slope = line->slope;
    vertex->t = -line->constant[j] / line->slope[j];
    for (size_t k = 0; k < q; k++) {
        vertex->slack[k] = k + 1 < q ? node->columns[2 + k] : search->zeros;
        vertex->gain[k] =
            k + 1 < q ? -node->columns[2 + k][j] / line->slope[j] : node->scale / line->slope[j];
    }
}

/* The cell at a simple vertex whose bits are known. */
static int simple_cell_(const line_ *line, size_t j, uint64_t *bits, int below) {
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

/* The vertex of level 1, where functional 0 vanishes: what functional 1 says there of the picked rows (in
 * order) and of its value (last). */
typedef struct {
    zt_basis_ basis;
    int form_sign; /* of the slope of functional 0 on the line; 0 when in doubt */
    double value[ZT_RANK_], error[ZT_RANK_];
    int sign[ZT_RANK_]; /* 0 when in doubt */
} flag_;

static int find_flag_(const line_ *line, flag_ *flag) {
    zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    const size_t q = node->picked;
    const zt_form_ *zero = &line->form;
    flag->basis = (zt_basis_){.level = 1, .picked = q, .picks = search->picked};
    flag->form_sign = fabs(zero->value[1]) > zero->error[1] ? (zero->value[1] > 0 ? 1 : -1) : 0;
    if (q == 0) return flag->form_sign != 0;
    zt_form_ one;
    zt_find_form_(search, node, 1, &one);
    int certain = flag->form_sign != 0;
    for (size_t k = 0; k <= q; k++) {
        const size_t column = k < q ? 2 + k : 0;
        const double left = one.value[column] * zero->value[1], right = one.value[1] * zero->value[column];
        const double value = flag->form_sign * (left - right);
        double error = (one.error[column] * fabs(zero->value[1]) +
                        (fabs(one.value[column]) + one.error[column]) * zero->error[1] +
                        one.error[1] * fabs(zero->value[column]) +
                        (fabs(one.value[1]) + one.error[1]) * zero->error[column] +
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
static void settle_flag_(const line_ *line, flag_ *flag) {
    zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    zt_vertex_ *vertex = &search->vertex;
    const zt_form_ *zero = &line->form;
    const size_t q = node->picked, order = search->run->plan->rank;
    memset(search->base, 0, search->words * sizeof(uint64_t));
    vertex->rows = 0;
    for (size_t i = 0; i < search->rows; i++) {
        int sign = -1;
        if (node->state[i] == ZT_CLOSURE_) {
            search->members[vertex->rows++] = i;
        } else if (node->state[i] == ZT_CONSTANT_) {
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
static int simple_flag_cell_(const line_ *line, const flag_ *flag) {
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

static int flag_cells_(const line_ *line, flag_ *flag, int settled) {
    zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    zt_vertex_ *vertex = &search->vertex;
    const zt_form_ *zero = &line->form;
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

    char *mark = search->run->arena.next;
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

/* The cells at the vertices that need nothing exact, by the kernel. */
static void simple_vertices_(const line_ *line, int *flag_open) {
    zt_search_ *search = line->search;
    const zt_node_ *node = line->node;
    const zt_form_ *form = &line->form;
    zt_cell_line_ task = {.rows = search->rows, .words = search->words, .first = node->last + 1};
    task.low = search->low;
    task.high = node->exact ? search->low : search->high;
    task.slope = line->slope;
    task.falling = search->falling;
    task.moving = search->moving;
    task.picked = node->picked;
    task.form_slope = form->value[1];
    task.slope_scale = form->error[1] + 0x1p-51 * fabs(form->value[1]);
    for (size_t b = 0; b <= node->picked; b++) {
        const size_t c = b == 0 ? 0 : b + 1;
        task.column[b] = node->columns[c];
        task.form[b] = form->value[c];
        task.scale[b] = form->error[c] + 0x1p-51 * fabs(form->value[c]);
        task.floor[b] = 0;
        if (!node->exact) {
            task.floor[b] = (fabs(form->value[c]) + form->error[c]) * node->error[1] +
                            (fabs(form->value[1]) + form->error[1]) * node->error[c];
        }
        /* The bounds are sums of rounded numbers. */
        task.scale[b] *= 1 + 0x1p-40;
        task.floor[b] *= 1 + 0x1p-40;
        if (b > 0) task.pick[b - 1] = search->picked[b - 1];
    }
    task.slope_scale *= 1 + 0x1p-40;
    if (search->outer == NULL) {
        /* Where functional 0 vanishes. */
        const double root = -form->value[0] / form->value[1], certain = fabs(form->value[1]) - form->error[1];
        const double spread =
            ((form->error[0] + fabs(root) * form->error[1]) / certain + 0x1p-51 * fabs(root)) * (1 + 0x1p-30);
        task.extra_low = root - spread;
        task.extra_high = root + spread;
        task.extra_bits = search->base;
        task.extra_open = flag_open;
        /* Roots are rounded too. */
        if (node->exact) {
            task.extra_low -= 0x1p-50 * fabs(root);
            task.extra_high += 0x1p-50 * fabs(root);
        }
    }
    task.bits = search->vertex_lines;
    task.flags = search->flags;
    search->run->kernels.line(&task);
}

int zt_line_(zt_search_ *search, const zt_node_ *parent, zt_node_ *node) {
    line_ line = {.search = search, .node = node, .constant = node->columns[0], .slope = node->columns[1]};
    line.constant_error = node->error[0];
    line.slope_error = node->error[1];
    if (!prepare_(&line, parent)) return 1;
    zt_find_form_(search, node, 0, &line.form);
    const int simple = node->closure == 0 && fabs(line.form.value[1]) > line.form.error[1];
    int flag_open = 1;
    if (simple) simple_vertices_(&line, &flag_open);
    int has_states = !node->exact;
    for (size_t j = node->last + 1; j < search->rows; j++) {
        uint64_t *bits = search->vertex_lines + j * search->words;
        if (!zt_bit_(search->moving, j)) continue;
        if (simple && !(search->flags[j] & ZT_VERTEX_OPEN_)) {
            if (!simple_cell_(&line, j, bits, search->flags[j] & ZT_VERTEX_BELOW_)) return 0;
            continue;
        }
        if (!has_states) find_states_(&line);
        has_states = 1;
        if (!settle_(&line, j, bits)) continue;
        if (!vertex_cells_(&line, j, bits)) return 0;
    }
    if (search->outer != NULL) return 1;
    flag_ flag;
    const int settled = find_flag_(&line, &flag) && !flag_open;
    if (!settled && !has_states) find_states_(&line);
    return flag_cells_(&line, &flag, settled);
}
