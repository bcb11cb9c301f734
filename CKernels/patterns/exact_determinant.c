/*
 * Determinants and ranks modulo enough primes to be exact.
 *
 * A row becomes integers by a power of two. An integer of absolute value below M / 2 is known from its
 * residues modulo primes of product M; Hadamard's inequality bounds a determinant, and any minor, by the
 * product of the Euclidean norms of the rows. The sign comes from the digits in mixed radix (Garner): a
 * number in [0, M) stands for a negative one exactly if it exceeds (M - 1) / 2, whose digits are (p - 1) /
 * 2.
 */
#include "exact_determinant.h"

#include "modular.h"

enum { RANK_ = ZT_ARRANGEMENT_RANK_LIMIT };

typedef struct {
    size_t r, count;
    size_t primes; /* how many are enough */
    int place[RANK_];
    zt_parts_ entries[RANK_][RANK_];
} integers_;

typedef uint64_t residues_[RANK_][RANK_];

/* Half the binary logarithm of r, rounded up: what the norm of r entries adds to the largest of them. */
static size_t norm_bits_(size_t r) {
    size_t bits = 0;
    while (((size_t)1 << bits) < r) bits++;
    return (bits + 1) / 2;
}

static void read_row_(integers_ *integers, const double *row) {
    zt_parts_ *entries = integers->entries[integers->count];
    int low = 0, high = 0, empty = 1;
    for (size_t j = 0; j < integers->r; j++) {
        entries[j] = zt_parts_of_(row[j]);
        if (entries[j].mantissa == 0) continue;
        int top = entries[j].place + zt_bit_length_(entries[j].mantissa);
        low = empty || entries[j].place < low ? entries[j].place : low;
        high = empty || top > high ? top : high;
        empty = 0;
    }
    integers->place[integers->count++] = low;
    integers->primes += (size_t)(high - low) + norm_bits_(integers->r); /* bits, for now */
}

static void count_primes_(integers_ *integers) {
    /* One bit for the sign, and every prime exceeds 2^61. */
    integers->primes = (integers->primes + 1) / (ZT_PRIME_BITS_ - 1) + 1;
    if (integers->primes > ZT_PRIMES_) integers->primes = ZT_PRIMES_;
}

static void reduce_(const integers_ *integers, zt_prime_ prime, residues_ m) {
    for (size_t i = 0; i < integers->count; i++) {
        for (size_t j = 0; j < integers->r; j++) {
            m[i][j] = zt_residue_(integers->entries[i][j], integers->place[i], prime);
        }
    }
}

/* Brings a row with a non-zero entry in column k of the rows from k on to place k; 0 where there is none. */
static int bring_pivot_(size_t r, size_t k, residues_ m, int *odd) {
    size_t pivot = k;
    while (pivot < r && m[pivot][k] == 0) pivot++;
    if (pivot == r) return 0;
    for (size_t j = k; j < r && pivot != k; j++) {
        uint64_t swap = m[k][j];
        m[k][j] = m[pivot][j];
        m[pivot][j] = swap;
    }
    if (pivot != k) *odd ^= 1;
    return 1;
}

/* Eliminates without division: step k multiplies the determinant by pivot^(r - 1 - k). */
static uint64_t determinant_mod_(size_t r, residues_ m, zt_prime_ prime) {
    uint64_t divisor = 1, product = 1;
    int odd = 0;
    for (size_t k = 0; k < r; k++) {
        if (!bring_pivot_(r, k, m, &odd)) return 0;
        const uint64_t pivot = m[k][k];
        for (size_t i = k + 1; i < r; i++) {
            const uint64_t factor = m[i][k];
            for (size_t j = k + 1; j < r; j++) {
                m[i][j] = zt_sub_mod_(zt_mul_mod_(m[i][j], pivot, prime), zt_mul_mod_(m[k][j], factor, prime),
                                      prime);
            }
            divisor = zt_mul_mod_(divisor, pivot, prime);
        }
        product = zt_mul_mod_(product, pivot, prime);
    }
    uint64_t value = zt_mul_mod_(product, zt_inverse_mod_(divisor, prime), prime);
    return odd ? prime.p - value : value;
}

/* The sign of the number in (-M / 2, M / 2) with these residues. */
static int sign_of_residues_(size_t primes, uint64_t *residues) {
    for (size_t i = 0; i < primes; i++) {
        const zt_prime_ prime = zt_prime_number_(i);
        uint64_t value = 0, radix = 1;
        for (size_t j = 0; j < i; j++) {
            uint64_t digit = residues[j] >= prime.p ? residues[j] - prime.p : residues[j];
            value = zt_add_mod_(value, zt_mul_mod_(digit, radix, prime), prime);
            radix = zt_mul_mod_(radix, zt_prime_number_(j).p % prime.p, prime);
        }
        uint64_t rest = zt_sub_mod_(residues[i], value, prime);
        residues[i] = zt_mul_mod_(rest, zt_inverse_mod_(radix, prime), prime);
    }
    for (size_t i = primes; i-- > 0;) {
        uint64_t half = (zt_prime_number_(i).p - 1) / 2;
        if (residues[i] != half) return residues[i] > half ? -1 : 1;
    }
    return 1;
}

static int plain_sign_(size_t r, const double *const *rows) {
    integers_ integers = {.r = r};
    for (size_t i = 0; i < r; i++) read_row_(&integers, rows[i]);
    count_primes_(&integers);
    uint64_t found[ZT_PRIMES_];
    residues_ m;
    int zero = 1;
    for (size_t k = 0; k < integers.primes; k++) {
        const zt_prime_ prime = zt_prime_number_(k);
        reduce_(&integers, prime, m);
        found[k] = determinant_mod_(r, m, prime);
        zero = zero && found[k] == 0;
    }
    return zero ? 0 : sign_of_residues_(integers.primes, found);
}

/* Whether all `count` rows have a pivot modulo the prime. */
static int full_rank_mod_(const integers_ *integers, zt_prime_ prime, residues_ m) {
    reduce_(integers, prime, m);
    for (size_t k = 0; k < integers->count; k++) {
        size_t column = 0;
        while (column < integers->r && m[k][column] == 0) column++;
        if (column == integers->r) return 0;
        for (size_t i = k + 1; i < integers->count; i++) {
            const uint64_t factor = m[i][column], pivot = m[k][column];
            for (size_t j = 0; j < integers->r && factor != 0; j++) {
                m[i][j] = zt_sub_mod_(zt_mul_mod_(m[i][j], pivot, prime), zt_mul_mod_(m[k][j], factor, prime),
                                      prime);
            }
        }
    }
    return 1;
}

int zt_independent_(const zt_rows_ *matrix) {
    integers_ integers = {.r = matrix->r};
    for (size_t i = 0; i < matrix->count; i++) {
        if (matrix->functional[i] != 0) continue;
        if (integers.count == matrix->r) return 0;
        read_row_(&integers, matrix->rows[i]);
    }
    count_primes_(&integers);
    residues_ m;
    for (size_t k = 0; k < integers.primes; k++) {
        if (full_rank_mod_(&integers, zt_prime_number_(k), m)) return 1;
    }
    return 0;
}

/* The coefficients of the perturbed determinant, from the most significant on: each functional as it stands
 * or replaced by a unit vector, the first functional changing fastest. One of them is not zero. */
static int perturbed_sign_(const zt_rows_ *matrix) {
    const size_t r = matrix->r;
    const double *rows[RANK_];
    double units[RANK_][RANK_] = {{0}};
    size_t places[RANK_], choice[RANK_] = {0}, functionals = 0;
    for (size_t i = 0; i < r; i++) {
        rows[i] = matrix->rows[i];
        if (matrix->functional[i] == 0) continue;
        size_t at = functionals++;
        for (; at > 0 && matrix->functional[places[at - 1]] > matrix->functional[i]; at--) {
            places[at] = places[at - 1];
        }
        places[at] = i;
    }
    for (;;) {
        size_t digit = 0;
        while (digit < functionals && choice[digit] == r) {
            choice[digit] = 0;
            rows[places[digit]] = matrix->rows[places[digit]];
            digit++;
        }
        if (digit == functionals) return 0;
        memset(units[digit], 0, r * sizeof(double));
        units[digit][choice[digit]++] = 1;
        rows[places[digit]] = units[digit];
        int sign = plain_sign_(r, rows);
        if (sign != 0) return sign;
    }
}

int zt_determinant_sign_(const zt_rows_ *matrix) {
    int sign = plain_sign_(matrix->r, matrix->rows), generic = 0;
    for (size_t i = 0; i < matrix->r; i++) generic |= matrix->functional[i] != 0;
    if (sign != 0 || !generic || !zt_independent_(matrix)) return sign;
    return perturbed_sign_(matrix);
}
