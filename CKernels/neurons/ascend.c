/* The response of a neuron, and the climb to a local maximum of it. */
#include "response.h"
#include "zonotope/cones.h"
#include "zonotope/kernels.h"

enum { CELLS = 1000, LEAPS = 100 };

double zt_response_f64(const zt_response *response, const double *w) {
    const size_t r = response->rank;
    double sum = response->linear != NULL ? zt_inner_(r, response->linear, w) : 0;
    for (size_t k = 0; k < response->samples; k++)
        sum += response->weights[k] * fmax(zt_inner_(r, response->x + k * response->x_stride, w), 0);
    return sum;
}

size_t zt_response_ascend_f64_workspace(size_t samples, size_t rank) {
    return samples * rank + samples + zt_words(samples) + zt_cone_project_f64_workspace(samples, rank) +
           rank * (2 * rank + 4);
}

typedef struct {
    const zt_response *response;
    double *columns, *lengths; /* unit rows by columns, and how long the rows are */
    uint64_t *pattern;
    double *projection; /* workspace */
    double *gradient, *projected, *normals, *triangle, *multipliers;
    size_t *active, count;
} zt_climb_;

static void open_(zt_climb_ *climb, const zt_response *response, double *workspace) {
    const size_t n = response->samples, r = response->rank;
    climb->response = response;
    climb->columns = workspace;
    climb->lengths = climb->columns + n * r;
    climb->pattern = (uint64_t *)(climb->lengths + n);
    climb->projection = (double *)(climb->pattern + zt_words(n));
    climb->gradient = climb->projection + zt_cone_project_f64_workspace(n, r);
    climb->projected = climb->gradient + r;
    climb->normals = climb->projected + r;
    climb->triangle = climb->normals + r * r;
    climb->multipliers = climb->triangle + r * r;
    climb->active = (size_t *)(climb->multipliers + r);
    climb->count = 0;
    for (size_t k = 0; k < n; k++) {
        const double *x = response->x + k * response->x_stride;
        climb->lengths[k] = sqrt(zt_inner_(r, x, x));
        const double scale = climb->lengths[k] > 0 ? 1 / climb->lengths[k] : 0;
        for (size_t j = 0; j < r; j++) climb->columns[j * n + k] = x[j] * scale;
    }
}

static int is_open_(const zt_climb_ *climb, size_t k) {
    return (int)(climb->pattern[k / 64] >> (k % 64) & 1);
}

/* The gradient in the cell of the pattern. */
static void find_gradient_(const zt_climb_ *climb) {
    const zt_response *response = climb->response;
    const size_t r = response->rank;
    double *c = climb->gradient;
    for (size_t q = 0; q < r; q++) c[q] = response->linear != NULL ? response->linear[q] : 0;
    for (size_t k = 0; k < response->samples; k++) {
        if (!is_open_(climb, k)) continue;
        for (size_t q = 0; q < r; q++) c[q] += response->weights[k] * response->x[k * response->x_stride + q];
    }
}

/*
 * The active plane whose other side promises most, or `samples`. v = c + sum_k rho_k s_k x_k / ||x_k|| with rho >= 0 on
 * the active rows; behind row k the gradient is c - s_k weight_k x_k, which still points away from the plane where
 * rho_k + weight_k ||x_k|| > 0.
 */
static size_t way_out_(const zt_climb_ *climb) {
    const size_t r = climb->response->rank, n = climb->response->samples, k = climb->count;
    const double *c = climb->gradient, *v = climb->projected;
    double *normals = climb->normals, *triangle = climb->triangle, *rho = climb->multipliers;
    for (size_t i = 0; i < k; i++) {
        const double sign = is_open_(climb, climb->active[i]) ? 1 : -1;
        rho[i] = 0;
        for (size_t q = 0; q < r; q++) {
            normals[i * r + q] = sign * climb->columns[q * n + climb->active[i]];
            rho[i] += normals[i * r + q] * (v[q] - c[q]);
        }
    }
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j <= i; j++) {
            double entry = zt_inner_(r, normals + i * r, normals + j * r);
            for (size_t q = 0; q < j; q++) entry -= triangle[i * r + q] * triangle[j * r + q];
            if (i == j && !(entry > 0)) return n;
            triangle[i * r + j] = i == j ? sqrt(entry) : entry / triangle[j * r + j];
            if (j < i) rho[i] -= triangle[i * r + j] * rho[j];
        }
        rho[i] /= triangle[i * r + i];
    }
    size_t best = n;
    double most = 1e-11 * sqrt(zt_inner_(r, c, c));
    for (size_t i = k; i-- > 0;) {
        for (size_t j = i + 1; j < k; j++) rho[i] -= triangle[j * r + i] * rho[j];
        rho[i] /= triangle[i * r + i];
        const size_t row = climb->active[i];
        const double promise = rho[i] + climb->response->weights[row] * climb->lengths[row];
        if (!(promise > most)) continue;
        most = promise;
        best = row;
    }
    return best;
}

static void find_pattern_(const zt_climb_ *climb, const double *w) {
    const size_t n = climb->response->samples, r = climb->response->rank;
    memset(climb->pattern, 0, zt_words(n) * sizeof(uint64_t));
    for (size_t k = 0; k < n; k++) {
        double product = 0;
        for (size_t q = 0; q < r; q++) product += climb->columns[q * n + k] * w[q];
        climb->pattern[k / 64] |= (uint64_t)(product >= 0) << (k % 64);
    }
}

/*
 * Moves w towards the gradient of its cell as long as that raises F by more than a thousandth, over all cells in between: of
 * many rows each changes little, and one after the other they would take as many projections. Leaves the pattern of w, and
 * returns F(w), `value` at the start.
 */
static double leap_(zt_climb_ *climb, double *w, double value) {
    const size_t r = climb->response->rank;
    double *trial = climb->projected;
    for (int leap = 0; leap < LEAPS; leap++) {
        find_pattern_(climb, w);
        find_gradient_(climb);
        const double size = sqrt(zt_inner_(r, climb->gradient, climb->gradient));
        if (!(size > 0)) return value;
        int rises = 0;
        for (double share = 1; share > 0.02 && !rises; share *= 0.5) {
            for (size_t q = 0; q < r; q++) trial[q] = (1 - share) * w[q] + share * climb->gradient[q] / size;
            const double length = sqrt(zt_inner_(r, trial, trial));
            if (!(length > 0)) continue;
            for (size_t q = 0; q < r; q++) trial[q] /= length;
            const double next = zt_response_f64(climb->response, trial);
            rises = next > value + 1e-3 * fabs(value);
            if (!rises) continue;
            value = next;
            memcpy(w, trial, r * sizeof(double));
        }
        if (!rises) return value;
    }
    find_pattern_(climb, w);
    return value;
}

double zt_response_ascend_f64(const zt_response *response, double *w, uint64_t *pattern, double *workspace) {
    const size_t n = response->samples, r = response->rank;
    zt_climb_ climb;
    open_(&climb, response, workspace);
    const double length = sqrt(zt_inner_(r, w, w));
    double best = 0;
    if (length > 0) {
        for (size_t q = 0; q < r; q++) w[q] /= length;
        best = zt_response_f64(response, w);
    }
    best = leap_(&climb, w, best);
    if (pattern != NULL) memcpy(pattern, climb.pattern, zt_words(n) * sizeof(uint64_t));
    for (size_t cell = 0; cell < CELLS; cell++) {
        find_gradient_(&climb);
        const double value =
            zt_cone_project_f64(n, r, climb.columns, n, climb.pattern, climb.gradient, -1, climb.projected,
                                climb.active, &climb.count, climb.projection);
        const double size = sqrt(zt_inner_(r, climb.projected, climb.projected));
        if (!(size > 0) || !isfinite(value)) break;
        /* The first cell holds the start, so its maximum is not below it but for rounding. */
        if (cell > 0 && !(value > best)) break;
        if (value > best) {
            best = value;
            for (size_t q = 0; q < r; q++) w[q] = climb.projected[q] / size;
            if (pattern != NULL) memcpy(pattern, climb.pattern, zt_words(n) * sizeof(uint64_t));
        }
        const size_t row = way_out_(&climb);
        if (row == n) break;
        climb.pattern[row / 64] ^= (uint64_t)1 << (row % 64);
        climb.count = 0;
    }
    if (!(best > 0)) memset(w, 0, r * sizeof(double));
    return best > 0 ? zt_response_f64(response, w) : 0;
}
