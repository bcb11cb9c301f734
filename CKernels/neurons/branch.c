/* Branch and bound over simplicial cones for the largest response of a neuron. */
#include "response.h"
#include "zonotope/kernels.h"

enum {
    RANK = ZT_RESPONSE_RANK_,
    DEPTH = 1000,
    PULSE = 256, /* nodes between two questions whether to go on */
};

/* Generators this close to each other are not told apart any more. */
static const double narrow_ = 1 - 1e-14;

typedef struct {
    const zt_response *response;
    zt_response_search search;
    zt_response_visit visit;
    zt_response_proceed proceed;
    void *context;
    double *squares, *climb;
    uint64_t *pattern;
    char *next, *end;
    size_t left; /* nodes */
    zt_response_result result;
} zt_branching_;

/* NULL where the arena is used up. */
static void *take_(zt_branching_ *run, size_t bytes) {
    const size_t rounded = (bytes + 63) / 64 * 64;
    if ((size_t)(run->end - run->next) < rounded) return NULL;
    void *room = run->next;
    run->next += rounded;
    return room;
}

static zt_cone_node_ *make_node_(zt_branching_ *run, size_t rows) {
    zt_cone_node_ *node = take_(run, sizeof *node);
    if (node == NULL) return NULL;
    node->rows = take_(run, rows * sizeof *node->rows);
    node->slopes = take_(run, rows * sizeof(double));
    int complete = node->rows != NULL && node->slopes != NULL;
    for (size_t j = 0; j < run->response->rank; j++) {
        node->products[j] = take_(run, rows * sizeof(double));
        complete = complete && node->products[j] != NULL;
    }
    node->crossing = 0;
    return complete ? node : NULL;
}

static double target_(const zt_branching_ *run) {
    return zt_most_(run->search.floor, run->result.largest) * (1 + run->search.tolerance);
}

static void leave_(zt_branching_ *run, double upper, int resolved) {
    run->result.upper = zt_most_(run->result.upper, upper);
    if (!resolved && run->result.status == ZT_RESPONSE_COMPLETE) run->result.status = ZT_RESPONSE_LIMIT;
}

/* Adds a row with its products, as crossing or to the linear part. */
static void sort_row_(const zt_branching_ *run, zt_cone_node_ *node, uint32_t row, const double *products,
                      double slope) {
    const size_t r = run->response->rank;
    double low = products[0], high = products[0];
    for (size_t j = 1; j < r; j++) {
        low = products[j] < low ? products[j] : low;
        high = products[j] > high ? products[j] : high;
    }
    if (high <= 0) return;
    if (low >= 0) {
        const double weight = run->response->weights[row],
                     *x = run->response->x + row * run->response->x_stride;
        for (size_t q = 0; q < r; q++) node->gradient[q] += weight * x[q];
        return;
    }
    const size_t k = node->crossing++;
    node->rows[k] = row;
    node->slopes[k] = slope;
    for (size_t j = 0; j < r; j++) node->products[j][k] = products[j];
}

/* 0 where the search is to end. */
static int improve_(zt_branching_ *run, const zt_cone_bound_ *bound) {
    double w[RANK];
    memcpy(w, bound->direction, sizeof w);
    const double value = zt_response_ascend_f64(run->response, w, run->pattern, run->climb);
    if (!(value > run->result.largest)) {
        run->result.largest = zt_most_(run->result.largest, bound->value);
        return 1;
    }
    run->result.largest = value;
    return run->visit == NULL || run->visit(run->context, w, run->pattern, value) == 0;
}

/*
 * The edge to cut: where the rows bend most between its ends, |weight| min(|x . v_a|, |x . v_b|) where the signs differ,
 * which is what the bound loses there; of straight edges the longest. Half as many cones as with the longest edge always.
 * Returns the cosine of its angle.
 */
static double choose_edge_(const zt_branching_ *run, const zt_cone_node_ *node, size_t *a, size_t *b) {
    const size_t r = run->response->rank;
    double most = -1, cosine = 1;
    for (size_t i = 1; i < r; i++) {
        for (size_t j = 0; j < i; j++) {
            const double angle = zt_inner_(r, node->generators[i], node->generators[j]);
            double bend = 1e-9 * (1 - angle);
            for (size_t k = 0; k < node->crossing; k++) {
                const double p = node->products[i][k], q = node->products[j][k];
                const double low = zt_least_(p, q), high = zt_most_(p, q);
                bend += fabs(run->response->weights[node->rows[k]]) * zt_most_(0, zt_least_(-low, high));
            }
            if (bend <= most) continue;
            most = bend;
            cosine = angle;
            *a = i;
            *b = j;
        }
    }
    return cosine;
}

static int explore_(zt_branching_ *run, zt_cone_node_ *node, size_t depth);

/* The half of a cone in which the middle of its longest edge stands for one end of it. */
static int explore_half_(zt_branching_ *run, const zt_cone_node_ *node, size_t replaced, const double *middle,
                         const double *products, size_t depth, double upper) {
    const size_t r = run->response->rank;
    char *mark = run->next;
    zt_cone_node_ *child = make_node_(run, node->crossing);
    if (child == NULL) {
        run->next = mark;
        leave_(run, upper, 0);
        return 1;
    }
    memcpy(child->generators, node->generators, sizeof child->generators);
    memcpy(child->generators[replaced], middle, r * sizeof(double));
    memcpy(child->gradient, node->gradient, sizeof child->gradient);
    for (size_t i = 0; i < node->crossing; i++) {
        double row[RANK];
        for (size_t j = 0; j < r; j++) row[j] = node->products[j][i];
        row[replaced] = products[i];
        sort_row_(run, child, node->rows[i], row, node->slopes[i]);
    }
    const int proceeds = explore_(run, child, depth);
    run->next = mark;
    return proceeds;
}

/* 0 where the search is to end. */
static int explore_(zt_branching_ *run, zt_cone_node_ *node, size_t depth) {
    const size_t r = run->response->rank;
    run->result.nodes++;
    if (run->result.nodes % PULSE == 0 && run->proceed != NULL && run->proceed(run->context) != 0) return 0;
    zt_cone_bound_ bound;
    zt_bound_cone_(run->response, run->squares, node, target_(run), &bound);
    if (bound.value > target_(run) && !improve_(run, &bound)) return 0;
    if (bound.upper <= target_(run)) {
        leave_(run, bound.upper, 1);
        return 1;
    }
    size_t a = 0, b = 0;
    const double cosine = choose_edge_(run, node, &a, &b);
    char *mark = run->next;
    double *products = take_(run, node->crossing * sizeof(double));
    if (run->left < 2 || cosine > narrow_ || depth == DEPTH || products == NULL || r < 2) {
        run->next = mark;
        leave_(run, bound.upper, 0);
        return 1;
    }
    run->left -= 2;
    double middle[RANK];
    for (size_t q = 0; q < r; q++) middle[q] = node->generators[a][q] + node->generators[b][q];
    const double length = sqrt(zt_inner_(r, middle, middle));
    for (size_t q = 0; q < r; q++) middle[q] /= length;
    for (size_t i = 0; i < node->crossing; i++)
        products[i] = (node->products[a][i] + node->products[b][i]) / length;
    const int proceeds = explore_half_(run, node, a, middle, products, depth + 1, bound.upper) &&
                         explore_half_(run, node, b, middle, products, depth + 1, bound.upper);
    run->next = mark;
    return proceeds;
}

size_t zt_response_tasks(size_t rank) {
    return (size_t)1 << rank;
}

/* What all levels of a descent take together: the rows that cross a cone become half as many in some r - 1 cuts. */
size_t zt_response_bound_f64_workspace(size_t samples, size_t rank) {
    const size_t level = sizeof(zt_cone_node_) + 64 * (rank + 5);
    const size_t rows = samples * (8 * (rank + 2) + 4);
    return samples * 8 + zt_response_ascend_f64_workspace(samples, rank) * 8 + zt_words(samples) * 8 + 256 +
           level * (DEPTH + 1) + rows * (8 * rank + 8);
}

zt_response_result zt_response_bound_f64(const zt_response *response, size_t first, size_t last,
                                         const zt_response_search *search, zt_response_visit visit,
                                         zt_response_proceed proceed, void *context, void *workspace) {
    const size_t n = response->samples, r = response->rank;
    zt_branching_ run = {.response = response,
                         .search = *search,
                         .visit = visit,
                         .proceed = proceed,
                         .context = context,
                         .result = {.status = ZT_RESPONSE_COMPLETE, .largest = search->known}};
    if (r == 0) return run.result;
    run.next = (char *)(((uintptr_t)workspace + 63) / 64 * 64);
    run.end = (char *)workspace + zt_response_bound_f64_workspace(n, r);
    run.squares = take_(&run, n * sizeof(double));
    run.climb = take_(&run, zt_response_ascend_f64_workspace(n, r) * sizeof(double));
    run.pattern = take_(&run, zt_words(n) * sizeof(uint64_t));

    /* All that rounding can do to a sum of n products, to products that are carried from cone to cone, and to a bound. */
    double size = response->linear != NULL ? sqrt(zt_inner_(r, response->linear, response->linear)) : 0;
    for (size_t k = 0; k < n; k++) {
        const double *x = response->x + k * response->x_stride;
        run.squares[k] = zt_inner_(r, x, x);
        size += fabs(response->weights[k]) * sqrt(run.squares[k]);
    }
    const double rounding = ((double)n + 4 * DEPTH + 100 * RANK) * 0x1p-52 * size;
    if (!isfinite(size) || r > RANK) {
        run.result.upper = INFINITY;
        run.result.status = ZT_RESPONSE_LIMIT;
        return run.result;
    }

    for (size_t task = first; task < last; task++) {
        char *mark = run.next;
        run.left = search->nodes;
        zt_cone_node_ *root = make_node_(&run, n);
        memset(root->generators, 0, sizeof root->generators);
        memset(root->gradient, 0, sizeof root->gradient);
        for (size_t j = 0; j < r; j++) root->generators[j][j] = task >> j & 1 ? -1 : 1;
        if (response->linear != NULL) memcpy(root->gradient, response->linear, r * sizeof(double));
        for (size_t k = 0; k < n; k++) {
            double products[RANK];
            for (size_t j = 0; j < r; j++)
                products[j] = response->x[k * response->x_stride + j] * root->generators[j][j];
            sort_row_(&run, root, (uint32_t)k, products, 0.5);
        }
        const int proceeds = explore_(&run, root, 0);
        run.next = mark;
        if (!proceeds) {
            run.result.status = ZT_RESPONSE_STOPPED;
            run.result.upper = INFINITY;
            return run.result;
        }
    }
    run.result.upper = zt_most_(run.result.upper, 0) + rounding;
    return run.result;
}
