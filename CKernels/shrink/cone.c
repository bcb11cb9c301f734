#include "zonotope/cones.h"

#include "kernel_table.h"

#include <math.h>
#include <string.h>

/* Violations up to this multiple of ||v|| are rounding. */
#define TOLERANCE 1e-13

/* A projection shorter than this multiple of ||q|| is rounding, and its direction means nothing. */
#define NEGLIGIBLE 4e-15

/*
 * The state of the active-set method. The d rows of `basis` are orthonormal; the first k of them span the active
 * normals, whose coordinates in it are the columns of the upper triangle `r`. `c` holds q in the basis, so
 * v = sum over i >= k of c_i basis_i.
 */
struct zt_active_set_ {
    size_t d, k;
    double *basis;  /* d rows of d */
    double *r;      /* column j at r + j d */
    double *c;      /* d */
    double *rho;    /* d, multipliers of the active normals */
    double *trial;  /* d, multipliers that the least squares problem asks for */
    double *normal; /* d */
    size_t *active; /* d */
};

static double dot_(size_t d, const double *a, const double *b) {
    double sum = 0;
    for (size_t j = 0; j < d; j++) sum += a[j] * b[j];
    return sum;
}

static double tail_norm_(const struct zt_active_set_ *s) {
    return sqrt(dot_(s->d - s->k, s->c + s->k, s->c + s->k));
}

/* Appends s->normal to the active set. Returns 0 when it lies in the span of the others. */
static int add_(struct zt_active_set_ *s, size_t row) {
    const size_t d = s->d, k = s->k;
    double *w = s->r + k * d;
    for (size_t i = 0; i < d; i++) w[i] = dot_(d, s->basis + i * d, s->normal);
    const double length = sqrt(dot_(d - k, w + k, w + k));
    if (!(length > 1e-12)) return 0;
    /* Householder reflection of the free rows that turns the tail of w into a multiple of its first entry. */
    const double first = w[k], pivot = first > 0 ? -length : length;
    w[k] = first - pivot;
    const double factor = 1 / (-pivot * w[k]); /* 2 / |w|^2 */
    double *sums = s->normal;                  /* its coordinates are in w now */
    memset(sums, 0, d * sizeof(double));
    for (size_t i = k; i < d; i++)
        for (size_t j = 0; j < d; j++) sums[j] += w[i] * s->basis[i * d + j];
    for (size_t i = k; i < d; i++) {
        const double weight = factor * w[i];
        for (size_t j = 0; j < d; j++) s->basis[i * d + j] -= weight * sums[j];
    }
    const double sum = factor * dot_(d - k, w + k, s->c + k);
    for (size_t i = k; i < d; i++) s->c[i] -= sum * w[i];
    w[k] = pivot;
    s->active[k] = row;
    s->rho[k] = 0;
    s->k++;
    return 1;
}

/* Removes the active normal at position j and restores the triangle by rotations of neighbouring basis vectors. */
static void drop_(struct zt_active_set_ *s, size_t j) {
    const size_t d = s->d;
    for (size_t i = j; i + 1 < s->k; i++) {
        memcpy(s->r + i * d, s->r + (i + 1) * d, d * sizeof(double));
        s->active[i] = s->active[i + 1];
        s->rho[i] = s->rho[i + 1];
    }
    s->k--;
    for (size_t i = j; i < s->k; i++) {
        const double a = s->r[i * d + i], b = s->r[i * d + i + 1], h = hypot(a, b);
        const double cosine = a / h, sine = b / h;
        for (size_t column = i; column < s->k; column++) {
            double *top = s->r + column * d + i, upper = top[0];
            top[0] = cosine * upper + sine * top[1];
            top[1] = cosine * top[1] - sine * upper;
        }
        double *row = s->basis + i * d;
        for (size_t column = 0; column < d; column++) {
            const double upper = row[column];
            row[column] = cosine * upper + sine * row[d + column];
            row[d + column] = cosine * row[d + column] - sine * upper;
        }
        const double upper = s->c[i];
        s->c[i] = cosine * upper + sine * s->c[i + 1];
        s->c[i + 1] = cosine * s->c[i + 1] - sine * upper;
    }
}

/* trial = multipliers that minimise ||q + N rho|| over the active normals: r trial = -c. */
static void least_squares_(struct zt_active_set_ *s) {
    for (size_t i = s->k; i-- > 0;) {
        double sum = -s->c[i];
        for (size_t j = i + 1; j < s->k; j++) sum -= s->r[j * s->d + i] * s->trial[j];
        s->trial[i] = sum / s->r[i * s->d + i];
    }
}

/* Moves rho to the trial multipliers, dropping on the way the normals whose multiplier would turn negative. */
static void settle_(struct zt_active_set_ *s) {
    least_squares_(s);
    for (;;) {
        double step = 1;
        size_t blocking = s->k;
        for (size_t i = 0; i < s->k; i++) {
            if (s->trial[i] > 0) continue;
            const double ratio = s->rho[i] > 0 ? s->rho[i] / (s->rho[i] - s->trial[i]) : 0;
            if (blocking == s->k || ratio < step) {
                step = ratio;
                blocking = i;
            }
        }
        if (blocking == s->k) break;
        for (size_t i = 0; i < s->k; i++) s->rho[i] += step * (s->trial[i] - s->rho[i]);
        drop_(s, blocking);
        least_squares_(s);
    }
    memcpy(s->rho, s->trial, s->k * sizeof(double));
}

static void load_normal_(struct zt_active_set_ *s, const double *columns, size_t column_stride,
                         const uint64_t *pattern, size_t row) {
    const double sign = pattern[row / 64] >> (row % 64) & 1 ? 1 : -1;
    for (size_t j = 0; j < s->d; j++) s->normal[j] = sign * columns[j * column_stride + row];
}

/* Starts from the rows that were active before. */
static void warm_start_(struct zt_active_set_ *s, size_t n, const double *columns, size_t column_stride,
                        const uint64_t *pattern, size_t count) {
    for (size_t i = 0; i < count && s->k < s->d; i++) {
        const size_t row = s->active[i]; /* k <= i, so this has not been overwritten */
        if (row >= n) continue;
        load_normal_(s, columns, column_stride, pattern, row);
        add_(s, row);
    }
    for (;;) {
        least_squares_(s);
        size_t worst = s->k;
        for (size_t i = 0; i < s->k; i++)
            if (!(s->trial[i] > 0) && (worst == s->k || s->trial[i] < s->trial[worst])) worst = i;
        if (worst == s->k) break;
        drop_(s, worst);
    }
    memcpy(s->rho, s->trial, s->k * sizeof(double));
}

static void assemble_(const struct zt_active_set_ *s, double *v) {
    memset(v, 0, s->d * sizeof(double));
    for (size_t i = s->k; i < s->d; i++)
        for (size_t j = 0; j < s->d; j++) v[j] += s->c[i] * s->basis[i * s->d + j];
}

size_t zt_cone_project_f64_workspace(size_t n, size_t d) {
    (void)n;
    return 2 * d * d + 4 * d;
}

double zt_cone_project_f64(size_t n, size_t d, const double *columns, size_t column_stride,
                           const uint64_t *pattern, const double *q, double stop, double *v, size_t *active,
                           size_t *active_count, double *workspace) {
    struct zt_active_set_ s = {.d = d, .k = 0, .basis = workspace, .active = active};
    s.r = s.basis + d * d;
    s.c = s.r + d * d;
    s.rho = s.c + d;
    s.trial = s.rho + d;
    s.normal = s.trial + d;
    memset(s.basis, 0, d * d * sizeof(double));
    for (size_t i = 0; i < d; i++) s.basis[i * d + i] = 1;
    memcpy(s.c, q, d * sizeof(double));
    warm_start_(&s, n, columns, column_stride, pattern, *active_count < d ? *active_count : d);

    const double negligible = NEGLIGIBLE * sqrt(dot_(d, q, q));
    double length = 0;
    for (size_t change = 0; change <= 100 + 20 * d; change++) {
        length = tail_norm_(&s);
        assemble_(&s, v);
        *active_count = s.k;
        if (!(length > stop)) return length;
        if (length <= negligible) {
            memset(v, 0, d * sizeof(double));
            return length;
        }
        double value;
        const size_t row = zt_most_violated_f64_(n, d, columns, column_stride, pattern, v, &value);
        if (row == n || value >= -TOLERANCE * length || isnan(length)) return length;
        load_normal_(&s, columns, column_stride, pattern, row);
        if (s.k == d || !add_(&s, row)) break;
        settle_(&s);
    }
    memset(v, 0, d * sizeof(double));
    return length;
}
