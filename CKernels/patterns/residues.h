/*
 * Arithmetic modulo odd primes below 2^62, in the representation of Montgomery, "Modular multiplication without
 * trial division", Mathematics of Computation 44 (1985): a stands for a 2^64 mod p. Zero is zero, and equal
 * residues are equal words.
 *
 * Counting cells works with these, listing them with modular.h. The two stay apart: each count of cells is a check
 * of the list and the other way round, which holds only as long as they have no arithmetic in common.
 */
#ifndef ZT_RESIDUES_H
#define ZT_RESIDUES_H

#include <stddef.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 zt_u128_;

typedef struct {
    uint64_t p;
    uint64_t inverse; /* of p modulo 2^64 */
    uint64_t one;     /* 2^64 mod p */
    uint64_t square;  /* 2^128 mod p */
} zt_modulus_;

static inline uint64_t zt_mod_mul_(const zt_modulus_ *m, uint64_t a, uint64_t b) {
    zt_u128_ product = (zt_u128_)a * b;
    uint64_t quotient = (uint64_t)product * m->inverse;
    uint64_t value = (uint64_t)(product >> 64) - (uint64_t)(((zt_u128_)quotient * m->p) >> 64);
    return value + (m->p & -(value >> 63));
}

static inline uint64_t zt_mod_sub_(const zt_modulus_ *m, uint64_t a, uint64_t b) {
    uint64_t value = a - b;
    return value + (m->p & -(value >> 63));
}

static inline zt_modulus_ zt_modulus_of_(uint64_t p) {
    zt_modulus_ m = {.p = p, .inverse = p};
    /* Newton: each step doubles the correct bits, of which p itself has three. */
    for (int step = 0; step < 5; step++) m.inverse *= 2 - p * m.inverse;
    m.one = (uint64_t)(((zt_u128_)1 << 64) % p);
    m.square = (uint64_t)((zt_u128_)m.one * m.one % p);
    return m;
}

static inline uint64_t zt_mod_power_(const zt_modulus_ *m, uint64_t base, uint64_t exponent) {
    uint64_t result = m->one;
    for (; exponent != 0; exponent >>= 1) {
        if (exponent & 1) result = zt_mod_mul_(m, result, base);
        base = zt_mod_mul_(m, base, base);
    }
    return result;
}

/* The inverse of a, which is not zero, by Fermat's theorem. */
static inline uint64_t zt_mod_inverse_(const zt_modulus_ *m, uint64_t a) {
    return zt_mod_power_(m, a, m->p - 2);
}

/* Replaces n non-zero residues by their inverses, with one inversion. prefix: n elements of room. */
static inline void zt_mod_invert_all_(const zt_modulus_ *m, size_t n, uint64_t *values, uint64_t *prefix) {
    uint64_t running = m->one;
    for (size_t i = 0; i < n; i++) {
        prefix[i] = running;
        running = zt_mod_mul_(m, running, values[i]);
    }
    running = zt_mod_inverse_(m, running);
    for (size_t i = n; i-- > 0;) {
        uint64_t value = values[i];
        values[i] = zt_mod_mul_(m, running, prefix[i]);
        running = zt_mod_mul_(m, running, value);
    }
}

#endif
