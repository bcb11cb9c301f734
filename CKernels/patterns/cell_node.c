/* Dictionaries: picking a row, and what is known of the others afterwards. */
#include "cell_search.h"

/* Integers below this are restored by rounding: five roundings of terms below it err by less than 1/2. */
static const double exact_limit_ = 0x1p49;

static void find_norms_(const zt_search_ *search, zt_node_ *node) {
    for (size_t c = 0; c < search->rank; c++) {
        /* Padded columns end with zeros, so they can be read eight at a time. */
        double norm[ZT_LANES_] = {0};
        for (size_t i = 0; i < search->padded; i += ZT_LANES_) {
            for (size_t l = 0; l < ZT_LANES_; l++) {
                const double size = fabs(node->columns[c][i + l]);
                norm[l] = size > norm[l] ? size : norm[l];
            }
        }
        node->norm[c] = 0;
        for (size_t l = 0; l < ZT_LANES_; l++) node->norm[c] = fmax(node->norm[c], norm[l]);
    }
    node->has_norms = 1;
}

/* The free coordinate to exchange for row j: where its coefficient is largest. When rounding hides them
 * all, one whose coefficient is not zero; *hidden is then set. */
static size_t choose_coordinate_(zt_search_ *search, const zt_node_ *node, size_t j, int *hidden) {
    size_t best = 1;
    for (size_t p = 2; p <= node->free; p++) {
        if (fabs(node->columns[p][j]) > fabs(node->columns[best][j])) best = p;
    }
    *hidden = !(fabs(node->columns[best][j]) > node->error[best]);
    if (!*hidden) return best;
    zt_basis_ basis = {.picked = node->picked, .picks = search->picked, .extras = node->free};
    for (size_t p = 1; p <= node->free; p++) basis.extra[p - 1] = node->direction[p];
    for (size_t p = 1; p <= node->free; p++) {
        int at = ZT_AT_EXTRA_ + (int)p - 1;
        if (zt_coefficient_sign_(search, &basis, at, search->global[j], 0) != 0) return p;
    }
    return best;
}

/* Whether the integers of the child can be restored: x P and R x_j, both divided by the scale, stay small. */
static int stays_exact_(const zt_search_ *search, const zt_node_ *node, size_t p, size_t j) {
    if (!node->exact) return 0;
    /* Of all columns at once, and without their scale. */
    const double limit = exact_limit_ * node->scale * (1 - 0x1p-40);
    double norm = 0, entry = 0;
    for (size_t c = 0; c < search->rank; c++) {
        norm = fmax(norm, node->norm[c]);
        entry = fmax(entry, fabs(node->columns[c][j]));
    }
    return norm * fabs(node->columns[p][j]) < limit && node->norm[p] * entry < limit;
}

/* The error of x_c - x_p beta, beta = x_c[j] / x_p[j], and that of the column of the picked row. */
static void spread_errors_(const zt_search_ *search, const zt_node_ *node, size_t p, size_t j,
                           const size_t *source, zt_node_ *child) {
    const double u = 0x1p-53, pivot = fabs(node->columns[p][j]), slack = 1 + 0x1p-30;
    const double certain = pivot - node->error[p], per_certain = (1 + 0x1p-40) / certain;
    const size_t last = search->rank - 1;
    for (size_t c = 0; c < last; c++) {
        const size_t from = source[c];
        /* Rounded up. */
        const double beta = fabs(node->columns[from][j]) * ((1 + 0x1p-40) / pivot);
        const double beta_error = (node->error[from] + beta * node->error[p]) * per_certain + 2 * u * beta;
        child->error[c] =
            (node->error[from] + beta * node->error[p] + beta_error * (node->norm[p] + node->error[p]) +
             4 * u * (node->norm[from] + beta * node->norm[p])) *
            slack;
    }
    const double size = node->norm[p] * node->scale / pivot;
    child->error[last] =
        ((node->error[p] * node->scale + size * node->error[p]) / certain + 4 * u * size) * slack;
    for (size_t c = 0; c <= last; c++) {
        if (!(certain > 0) || isnan(child->error[c])) child->error[c] = INFINITY;
    }
}

void zt_node_pick_(zt_search_ *search, zt_node_ *node, size_t j, zt_node_ *child) {
    const size_t last = search->rank - 1;
    int hidden = 0;
    const size_t p = choose_coordinate_(search, node, j, &hidden);
    if (!node->has_norms) find_norms_(search, node);

    size_t source[ZT_RANK_];
    for (size_t c = 0; c < last; c++) source[c] = c < node->free ? c : c + 1;
    if (p < node->free) source[p] = node->free;
    for (size_t c = 1; c < node->free; c++) child->direction[c] = node->direction[source[c]];
    child->free = node->free - 1;
    child->picked = node->picked + 1;
    child->last = j;
    child->next = j + 1;
    child->limit = search->rows;
    child->has_norms = 0;
    child->exact = stays_exact_(search, node, p, j);

    const double pivot = node->columns[p][j];
    if (hidden) {
        for (size_t c = 0; c <= last; c++) {
            memset(child->columns[c], 0, search->padded * sizeof(double));
            child->error[c] = INFINITY;
        }
        child->scale = node->scale;
        return;
    }
    zt_cell_exchange_ exchange;
    exchange.rows = search->padded;
    exchange.pivot = node->columns[p];
    exchange.rounded = child->exact;
    const double sign = pivot < 0 ? -1 : 1;
    exchange.alpha = child->exact ? fabs(pivot) / node->scale : 1;
    exchange.slack_factor = child->exact ? sign : node->scale / pivot;
    exchange.slack = child->columns[last];
    exchange.columns = last;
    for (size_t c = 0; c < last; c++) {
        const double entry = node->columns[source[c]][j];
        exchange.source[c] = node->columns[source[c]];
        exchange.target[c] = child->columns[c];
        exchange.beta[c] = child->exact ? sign * entry / node->scale : entry / pivot;
        child->error[c] = 0;
    }
    child->error[last] = 0;
    child->scale = child->exact ? fabs(pivot) : node->scale;
    if (!child->exact) spread_errors_(search, node, p, j, source, child);
    search->run->kernels.exchange(&exchange);
}

void zt_node_root_(zt_search_ *search, zt_node_ *raw, const double *units) {
    zt_node_ *root = &search->nodes[0];
    const size_t r = search->rank, last = r - 1;
    size_t chart = 0;
    for (size_t c = 1; c < r; c++) {
        if (fabs(raw->columns[c][0]) > fabs(raw->columns[chart][0])) chart = c;
    }
    find_norms_(search, raw);
    if (!stays_exact_(search, raw, chart, 0)) raw->exact = 0;

    const double pivot = raw->columns[chart][0], sign = pivot < 0 ? -1 : 1;
    size_t source[ZT_RANK_];
    zt_cell_exchange_ exchange = {.rows = search->padded, .columns = last, .pivot = raw->columns[chart]};
    exchange.rounded = raw->exact;
    exchange.alpha = raw->exact ? fabs(pivot) : 1;
    exchange.slack = root->columns[0];
    exchange.slack_factor = raw->exact ? sign : 1 / pivot;
    for (size_t c = 0; c < last; c++) {
        source[c] = c < chart ? c : c + 1;
        exchange.source[c] = raw->columns[source[c]];
        exchange.target[c] = root->columns[1 + c];
        exchange.beta[c] =
            raw->exact ? raw->columns[source[c]][0] * sign : raw->columns[source[c]][0] / pivot;
        root->direction[1 + c] = units + source[c] * r;
    }
    root->exact = raw->exact;
    root->scale = raw->exact ? fabs(pivot) : 1;
    search->run->kernels.exchange(&exchange);
    if (raw->exact) return;
    zt_node_ errors;
    spread_errors_(search, raw, chart, 0, source, &errors);
    for (size_t c = 0; c < last; c++) root->error[1 + c] = errors.error[c];
    root->error[0] = errors.error[last];
}

static void clear_(zt_node_ *node, size_t i) {
    for (size_t p = 1; p <= node->free; p++) node->columns[p][i] = 0;
}

/* Settles a row whose free coefficients do not show that it varies. */
static void settle_(zt_search_ *search, zt_node_ *node, size_t i) {
    double *constant = &node->columns[0][i];
    if (node->exact) {
        zt_set_bit_(node->vanishing, i, *constant == 0);
        return;
    }
    if (!zt_depends_(search, node->picked, 1, i)) {
        zt_set_bit_(node->moving, i, 1);
        return;
    }
    clear_(node, i);
    if (fabs(*constant) > node->error[0]) return;
    if (zt_depends_(search, node->picked, 0, i)) {
        *constant = 0;
        zt_set_bit_(node->vanishing, i, 1);
        return;
    }
    zt_basis_ basis = {.picked = node->picked, .picks = search->picked, .extras = node->free};
    for (size_t p = 1; p <= node->free; p++) basis.extra[p - 1] = node->direction[p];
    /* Only the sign of a constant row is ever used. */
    *constant = zt_coefficient_sign_(search, &basis, ZT_AT_CHART_, search->global[i], 0);
}

/* Rows that were settled on the flat of the parent. Hidden pivots may have cleared the sign of one that is constant. */
static void inherit_(const zt_search_ *search, const zt_node_ *parent, zt_node_ *node) {
    for (size_t w = 0; w < search->words; w++) {
        node->vanishing[w] = parent->vanishing[w];
        if (node->exact) continue;
        uint64_t settled = ~parent->moving[w];
        if (search->rows - 64 * w < 64) settled &= ((uint64_t)1 << (search->rows % 64)) - 1;
        for (; settled != 0; settled &= settled - 1) {
            const size_t i = 64 * w + (size_t)__builtin_ctzll(settled);
            clear_(node, i);
            node->columns[0][i] = zt_bit_(parent->vanishing, i) ? 0 : parent->columns[0][i];
        }
    }
}

int zt_node_classify_(zt_search_ *search, const zt_node_ *parent, zt_node_ *node) {
    if (parent != NULL) {
        inherit_(search, parent, node);
    } else {
        memset(node->vanishing, 0, search->words * sizeof *node->vanishing);
    }
    if (node->picked > 0) {
        clear_(node, node->last);
        node->columns[0][node->last] = 0;
        zt_set_bit_(node->vanishing, node->last, 1);
    }
    zt_cell_varies_ varies;
    varies.rows = search->rows;
    varies.columns = node->free;
    varies.varies = node->moving;
    for (size_t p = 0; p < node->free; p++) {
        varies.column[p] = node->columns[p + 1];
        varies.error[p] = node->exact ? 0 : node->error[p + 1];
    }
    search->run->kernels.varies(&varies);
    node->closure = 0;
    for (size_t w = 0; w < search->words; w++) {
        uint64_t doubtful = ~node->moving[w] & ~node->vanishing[w];
        if (parent != NULL) doubtful &= parent->moving[w];
        if (search->rows - 64 * w < 64) doubtful &= ((uint64_t)1 << (search->rows % 64)) - 1;
        for (; doubtful != 0; doubtful &= doubtful - 1) {
            const size_t i = 64 * w + (size_t)__builtin_ctzll(doubtful);
            settle_(search, node, i);
            if (zt_bit_(node->vanishing, i) && i < node->last) return 0;
        }
        node->closure += (size_t)__builtin_popcountll(node->vanishing[w]);
    }
    node->closure -= node->picked;
    return 1;
}
