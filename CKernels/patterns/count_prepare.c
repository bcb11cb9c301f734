/* Rows as residues in the coordinates of a basis of their span. */
#include <math.h>
#include <string.h>

#include "line_sets.h"
#include "zonotope/counting.h"

/* Dyadic rationals have residues modulo any odd prime. */
static uint64_t residue_(const zt_modulus_ *prime, double value) {
    if (value == 0) return 0;
    int exponent;
    uint64_t mantissa = (uint64_t)ldexp(frexp(fabs(value), &exponent), 53);
    exponent -= 53;
    uint64_t result = zt_mod_mul_(prime, mantissa % prime->p, prime->square);
    uint64_t two = zt_mod_mul_(prime, 2 % prime->p, prime->square);
    if (exponent < 0) two = zt_mod_inverse_(prime, two);
    result = zt_mod_mul_(prime, result,
                         zt_mod_power_(prime, two, (uint64_t)(exponent < 0 ? -exponent : exponent)));
    return value < 0 ? zt_mod_sub_(prime, 0, result) : result;
}

typedef struct {
    size_t n, d, count, block;
    const zt_modulus_ *primes;
    uint64_t *entries;
    size_t *place; /* of a column: its coordinate, or SIZE_MAX */
} elimination_;

/* Looks for a column beyond the pivots in which row i does not vanish for any prime. d: there is none; SIZE_MAX:
 * the primes disagree. */
static size_t find_pivot_(const elimination_ *e, size_t i, size_t *bad) {
    size_t seen = 0;
    for (size_t j = 0; j < e->d; j++) {
        if (e->place[j] != SIZE_MAX) continue;
        size_t present = 0;
        for (size_t k = 0; k < e->count; k++) {
            if (e->entries[k * e->block + i * e->d + j] != 0) {
                present++;
            } else if (present != 0 || k + 1 == e->count) {
                *bad = k;
            }
        }
        if (present == e->count) return j;
        seen += present;
    }
    return seen == 0 ? e->d : SIZE_MAX;
}

/* Makes row i a unit vector at column q by operations on columns. Rows before i have only zeros in column q. */
static void eliminate_(const elimination_ *e, size_t i, size_t q) {
    for (size_t k = 0; k < e->count; k++) {
        const zt_modulus_ *prime = e->primes + k;
        uint64_t *entries = e->entries + k * e->block, *pivot = entries + i * e->d;
        uint64_t inverse = zt_mod_inverse_(prime, pivot[q]);
        for (size_t l = i + 1; l < e->n; l++) {
            uint64_t *row = entries + l * e->d;
            row[q] = zt_mod_mul_(prime, row[q], inverse);
            if (row[q] == 0) continue;
            for (size_t j = 0; j < e->d; j++) {
                if (j != q) row[j] = zt_mod_sub_(prime, row[j], zt_mod_mul_(prime, pivot[j], row[q]));
            }
        }
        memset(pivot, 0, e->d * sizeof *pivot);
        pivot[q] = prime->one;
    }
}

enum zt_count_status zt_count_prepare_f64(size_t n, size_t d, const double *x, size_t x_stride, size_t count,
                                          const uint64_t *primes, size_t *rank, size_t *others,
                                          uint64_t *lines, size_t *bad, void *workspace) {
    zt_modulus_ *fields = workspace;
    elimination_ e = {.n = n, .d = d, .count = count, .block = n * d, .primes = fields};
    e.entries = (uint64_t *)(fields + count);
    e.place = (size_t *)(e.entries + count * n * d);
    zt_line_scratch_ scratch = {.leads = (uint64_t *)(e.place + d)};
    scratch.prefix = scratch.leads + n;
    scratch.table = (uint32_t *)(scratch.prefix + n);
    for (size_t k = 0; k < count; k++) {
        fields[k] = zt_modulus_of_(primes[k]);
        for (size_t i = 0; i < n * d; i++) {
            e.entries[k * e.block + i] = residue_(fields + k, x[i / d * x_stride + i % d]);
        }
    }

    size_t r = 0;
    for (size_t j = 0; j < d; j++) e.place[j] = SIZE_MAX;
    for (size_t i = 0; i < n && r < d; i++) {
        size_t q = find_pivot_(&e, i, bad);
        if (q == SIZE_MAX) return ZT_COUNT_PRIME;
        if (q == d) continue;
        eliminate_(&e, i, q);
        e.place[q] = r++;
    }
    *rank = r;
    *others = 0;
    if (r < 2) return ZT_COUNT_COMPLETE;

    size_t block = n * r;
    for (size_t k = 0; k < count; k++) {
        for (size_t i = 0; i < n; i++) {
            const uint64_t *row = e.entries + k * e.block + i * d;
            for (size_t j = 0; j < d; j++) {
                if (e.place[j] != SIZE_MAX) lines[k * block + i * r + e.place[j]] = row[j];
            }
        }
    }
    size_t kept = zt_merge_lines_(n, r, count, fields, lines, block, scratch, bad);
    if (kept == SIZE_MAX) return ZT_COUNT_PRIME;
    for (size_t k = 1; k < count; k++) {
        memmove(lines + k * kept * r, lines + k * block, kept * r * sizeof *lines);
    }
    *others = kept;
    return ZT_COUNT_COMPLETE;
}

size_t zt_count_prepare_f64_workspace(size_t n, size_t d, size_t count) {
    return count * sizeof(zt_modulus_) + (count * n * d + 2 * n) * sizeof(uint64_t) + d * sizeof(size_t) +
           zt_table_slots_(n) * sizeof(uint32_t);
}
