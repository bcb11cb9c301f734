/*
 * The exact rank of a matrix of doubles, by elimination modulo primes.
 *
 * Rows that are independent modulo one prime are independent. That all others depend on the r rows found
 * means that the minors of order r + 1 which border their minor vanish, and a minor that is smaller than
 * the product of some primes vanishes if it does modulo each of them (Hadamard's inequality tells how many
 * are enough).
 */
#include "modular.h"
#include "zonotope/arrangements.h"

enum { ROOM_ = ZT_ARRANGEMENT_RANK_LIMIT + 1 };

/* Rows in reduced form: row k is 1 at its own pivot column and 0 at those before. */
typedef struct {
    size_t d, rank, rows[ROOM_], pivots[ROOM_];
    uint64_t *reduced, *current; /* ROOM_ rows and one row of d residues */
    zt_prime_ prime;
} echelon_;

static void read_(echelon_ *echelon, const double *row) {
    int place = 0, empty = 1;
    for (size_t j = 0; j < echelon->d; j++) {
        zt_parts_ parts = zt_parts_of_(row[j]);
        if (parts.mantissa == 0) continue;
        if (empty || parts.place < place) place = parts.place;
        empty = 0;
    }
    for (size_t j = 0; j < echelon->d; j++) {
        echelon->current[j] = zt_residue_(zt_parts_of_(row[j]), place, echelon->prime);
    }
}

/* Subtracts multiples of the first `rank` reduced rows from the current one. Whether something is left. */
static int reduce_(echelon_ *echelon, size_t rank) {
    const zt_prime_ prime = echelon->prime;
    for (size_t k = 0; k < rank; k++) {
        const uint64_t factor = echelon->current[echelon->pivots[k]],
                       *row = echelon->reduced + k * echelon->d;
        if (factor == 0) continue;
        for (size_t j = 0; j < echelon->d; j++) {
            echelon->current[j] = zt_sub_mod_(echelon->current[j], zt_mul_mod_(factor, row[j], prime), prime);
        }
    }
    for (size_t j = 0; j < echelon->d; j++) {
        if (echelon->current[j] != 0) return 1;
    }
    return 0;
}

/* The current row, divided by its entry in the pivot column, as reduced row k. */
static void keep_(echelon_ *echelon, size_t k) {
    uint64_t inverse = zt_inverse_mod_(echelon->current[echelon->pivots[k]], echelon->prime);
    for (size_t j = 0; j < echelon->d; j++) {
        echelon->reduced[k * echelon->d + j] = zt_mul_mod_(echelon->current[j], inverse, echelon->prime);
    }
}

/* Of the columns where something is left of the row, that of its largest entry. */
static size_t choose_(const echelon_ *echelon, const double *row) {
    size_t best = echelon->d;
    for (size_t j = 0; j < echelon->d; j++) {
        if (echelon->current[j] == 0) continue;
        double size = row[j] < 0 ? -row[j] : row[j];
        if (best == echelon->d || size > (row[best] < 0 ? -row[best] : row[best])) best = j;
    }
    return best;
}

/* Rows of the echelon modulo another prime; 0 when a pivot vanishes there and the prime says nothing. */
static int change_prime_(echelon_ *echelon, size_t number, const double *scaled, size_t stride) {
    echelon->prime = zt_prime_number_(number);
    for (size_t k = 0; k < echelon->rank; k++) {
        read_(echelon, scaled + echelon->rows[k] * stride);
        reduce_(echelon, k);
        if (echelon->current[echelon->pivots[k]] == 0) return 0;
        keep_(echelon, k);
    }
    return 1;
}

/* Adds every row from `first` on that is independent of those before it, modulo the current prime. */
static void extend_(echelon_ *echelon, size_t n, const double *scaled, size_t stride, size_t first) {
    for (size_t i = first; i < n && echelon->rank < ROOM_ && echelon->rank < echelon->d; i++) {
        read_(echelon, scaled + i * stride);
        if (!reduce_(echelon, echelon->rank)) continue;
        echelon->rows[echelon->rank] = i;
        echelon->pivots[echelon->rank] = choose_(echelon, scaled + i * stride);
        keep_(echelon, echelon->rank);
        echelon->rank++;
    }
}

/* Primes whose product exceeds twice any minor of order rank + 1, with some to spare for those that say
 * nothing. Rows span at most 254 binary places. */
static size_t enough_primes_(size_t n, size_t d, const double *scaled, size_t stride, size_t order) {
    int widest = 0;
    for (size_t i = 0; i < n; i++) {
        int low = 0, high = 0, empty = 1;
        for (size_t j = 0; j < d; j++) {
            zt_parts_ parts = zt_parts_of_(scaled[i * stride + j]);
            if (parts.mantissa == 0) continue;
            int top = parts.place + zt_bit_length_(parts.mantissa);
            low = empty || parts.place < low ? parts.place : low;
            high = empty || top > high ? top : high;
            empty = 0;
        }
        if (high - low > widest) widest = high - low;
    }
    /* The norm of `order` <= 33 entries is less than 2^3 times the largest. */
    return (order * ((size_t)widest + 3) + 1) / (ZT_PRIME_BITS_ - 1) + 1;
}

size_t zt_row_space_f64(size_t n, size_t d, const double *scaled, size_t stride, size_t *columns,
                        void *workspace) {
    echelon_ echelon = {.d = d, .reduced = workspace, .prime = zt_prime_number_(0)};
    echelon.current = echelon.reduced + ROOM_ * d;
    extend_(&echelon, n, scaled, stride, 0);
    size_t checked = 1, enough = 0;
    if (echelon.rank < d && echelon.rank < ROOM_) {
        enough = enough_primes_(n, d, scaled, stride, echelon.rank + 1);
    }
    for (size_t number = 1; checked < enough && number < ZT_PRIMES_; number++) {
        if (echelon.rank == d || echelon.rank == ROOM_) break;
        if (!change_prime_(&echelon, number, scaled, stride)) continue;
        const size_t before = echelon.rank;
        extend_(&echelon, n, scaled, stride, 0);
        checked++;
        if (echelon.rank > before) {
            enough = enough_primes_(n, d, scaled, stride, echelon.rank + 1);
            checked = 1;
        }
    }
    if (echelon.rank == ROOM_) return ROOM_;
    for (size_t k = 0; k < echelon.rank; k++) {
        size_t column = echelon.pivots[k], place = k;
        for (; place > 0 && columns[place - 1] > column; place--) columns[place] = columns[place - 1];
        columns[place] = column;
    }
    return echelon.rank;
}

size_t zt_row_space_f64_workspace(size_t n, size_t d) {
    (void)n;
    return (ROOM_ + 1) * d * sizeof(uint64_t);
}
