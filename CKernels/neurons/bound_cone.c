/* An upper bound of the response of a neuron on a simplicial cone. */
#include "response.h"

enum { RANK = ZT_RESPONSE_RANK_, SWEEPS = 1 };

/*
 * The length of a short c with c . v_j >= values_j for all generators: the largest value on the cone, for unit w, of the
 * linear function that has these values. Least distance problem by an active set on the multipliers (Lawson and Hanson,
 * chapter 23). Whatever rounding does to c, what is missing is added along the axis, so the result is a bound.
 */
static double shortest_(size_t r, const zt_cone_node_ *node, const double *values, const double *axis,
                        const double *along, double enough) {
    double gram[RANK][RANK], multipliers[RANK] = {0}, c[RANK] = {0}, best = INFINITY;
    int inside[RANK] = {0};
    for (size_t i = 0; i < r; i++)
        for (size_t j = 0; j <= i; j++)
            gram[i][j] = gram[j][i] = zt_inner_(r, node->generators[i], node->generators[j]);
    for (size_t step = 0; step < 3 * r; step++) {
        double missing = 0, largest = 0, squares = 0;
        size_t worst = r;
        for (size_t j = 0; j < r; j++) {
            const double rest = values[j] - zt_inner_(r, node->generators[j], c);
            missing = zt_most_(missing, rest / along[j]);
            if (inside[j] || !(rest > largest)) continue;
            largest = rest;
            worst = j;
        }
        for (size_t q = 0; q < r; q++) squares += (c[q] + missing * axis[q]) * (c[q] + missing * axis[q]);
        best = zt_least_(best, sqrt(squares));
        if (best <= enough || worst == r) return best;
        inside[worst] = 1;
        for (size_t drops = 0; drops < r; drops++) {
            size_t members[RANK], k = 0;
            for (size_t j = 0; j < r; j++)
                if (inside[j]) members[k++] = j;
            double lower[RANK][RANK], trial[RANK];
            for (size_t i = 0; i < k; i++) {
                double sum = values[members[i]];
                for (size_t j = 0; j <= i; j++) {
                    double entry = gram[members[i]][members[j]];
                    for (size_t q = 0; q < j; q++) entry -= lower[i][q] * lower[j][q];
                    if (i == j && !(entry > 1e-13)) return best;
                    lower[i][j] = i == j ? sqrt(entry) : entry / lower[j][j];
                    if (j < i) sum -= lower[i][j] * trial[j];
                }
                trial[i] = sum / lower[i][i];
            }
            for (size_t i = k; i-- > 0;) {
                for (size_t q = i + 1; q < k; q++) trial[i] -= lower[q][i] * trial[q];
                trial[i] /= lower[i][i];
            }
            double reach = 1;
            size_t blocking = r;
            for (size_t i = 0; i < k; i++) {
                if (trial[i] > 0) continue;
                const double old = multipliers[members[i]], ratio = old > 0 ? old / (old - trial[i]) : 0;
                if (blocking != r && ratio >= reach) continue;
                reach = ratio;
                blocking = members[i];
            }
            for (size_t i = 0; i < k; i++) {
                const size_t j = members[i];
                multipliers[j] += (blocking == r ? 1 : reach) * (trial[i] - multipliers[j]);
            }
            if (blocking == r) break;
            multipliers[blocking] = 0;
            inside[blocking] = 0;
        }
        memset(c, 0, sizeof c);
        for (size_t j = 0; j < r; j++)
            for (size_t q = 0; q < r; q++) c[q] += multipliers[j] * node->generators[j][q];
    }
    return best;
}

void zt_bound_cone_(const zt_response *response, const double *squares, zt_cone_node_ *node, double enough,
                    zt_cone_bound_ *bound) {
    const size_t r = response->rank, m = node->crossing;
    double axis[RANK] = {0}, along[RANK], flat[RANK], exact[RANK], values[RANK];
    for (size_t j = 0; j < r; j++)
        for (size_t q = 0; q < r; q++) axis[q] += node->generators[j][q];
    const double length = sqrt(zt_inner_(r, axis, axis));
    for (size_t q = 0; q < r; q++) axis[q] /= length;
    for (size_t j = 0; j < r; j++) {
        along[j] = zt_inner_(r, axis, node->generators[j]);
        flat[j] = exact[j] = values[j] = zt_inner_(r, node->gradient, node->generators[j]);
    }
    double center = zt_inner_(r, node->gradient, axis);

    /* Upwards curves at their values, downward ones by the line that is exact on the axis. */
    for (size_t i = 0; i < m; i++) {
        const double weight = response->weights[node->rows[i]];
        double sum = 0;
        for (size_t j = 0; j < r; j++) sum += node->products[j][i];
        const double open = sum > 0 ? weight : 0;
        center += open * sum / length;
        for (size_t j = 0; j < r; j++) {
            const double product = node->products[j][i], gain = weight * zt_most_(product, 0);
            exact[j] += gain;
            values[j] += weight > 0 ? gain : open * product;
        }
    }
    size_t best = r;
    bound->value = center;
    for (size_t j = 0; j < r; j++) {
        if (!(exact[j] > bound->value)) continue;
        bound->value = exact[j];
        best = j;
    }
    memcpy(bound->direction, best < r ? node->generators[best] : axis, r * sizeof(double));

    bound->upper = 0;
    for (size_t j = 0; j < r; j++) bound->upper = zt_most_(bound->upper, values[j] / along[j]);
    if (bound->upper <= enough) return;
    bound->upper = zt_least_(bound->upper, shortest_(r, node, values, axis, along, enough));
    if (bound->upper <= enough || m == 0) return;

    /* Lines for the downward curves that make the gradient of the whole short. */
    double gradient[RANK];
    memcpy(gradient, node->gradient, sizeof gradient);
    for (size_t i = 0; i < m; i++) {
        const double weight = response->weights[node->rows[i]];
        const double *x = response->x + node->rows[i] * response->x_stride;
        if (weight > 0) {
            double low = 0, high = 0;
            for (size_t j = 0; j < r; j++) {
                low = zt_least_(low, node->products[j][i]);
                high = zt_most_(high, node->products[j][i]);
            }
            node->slopes[i] = high / (high - low);
        }
        for (size_t q = 0; q < r; q++) gradient[q] += weight * node->slopes[i] * x[q];
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        for (size_t i = 0; i < m; i++) {
            const size_t row = node->rows[i];
            const double weight = response->weights[row], *x = response->x + row * response->x_stride;
            if (weight >= 0) continue;
            const double wanted = node->slopes[i] - zt_inner_(r, gradient, x) / (weight * squares[row]);
            const double slope = zt_least_(1, zt_most_(0, wanted)), change = slope - node->slopes[i];
            node->slopes[i] = slope;
            for (size_t q = 0; q < r; q++) gradient[q] += weight * change * x[q];
        }
    }
    memcpy(values, flat, sizeof values);
    for (size_t i = 0; i < m; i++) {
        const double weight = response->weights[node->rows[i]], line = weight * node->slopes[i];
        for (size_t j = 0; j < r; j++) {
            const double product = node->products[j][i];
            values[j] += weight > 0 ? weight * zt_most_(product, 0) : line * product;
        }
    }
    bound->upper = zt_least_(bound->upper, shortest_(r, node, values, axis, along, enough));
}
