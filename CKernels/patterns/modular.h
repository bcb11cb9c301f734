/*
 * Integers modulo primes just below 2^62, and the doubles in them.
 *
 * 2^62 = c modulo 2^62 - c, so a product is reduced by two multiplications with the small c. A double that is
 * an integer times a power of two has an exact residue.
 */
#ifndef ZT_MODULAR_H
#define ZT_MODULAR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

__extension__ typedef unsigned __int128 zt_u128_;

/* The 144 largest primes below 2^62 are 2^62 - c for these c, in this order: enough for any determinant of
 * order 32 whose rows span 256 binary places. */
enum { ZT_PRIMES_ = 144, ZT_PRIME_BITS_ = 62 };

#pragma GCC visibility push(hidden)
extern const uint16_t zt_prime_offsets_[ZT_PRIMES_];
#pragma GCC visibility pop

typedef struct {
    uint64_t p, c;
} zt_prime_;

static inline zt_prime_ zt_prime_number_(size_t i) {
    return (zt_prime_){((uint64_t)1 << ZT_PRIME_BITS_) - zt_prime_offsets_[i], zt_prime_offsets_[i]};
}

static inline uint64_t zt_mul_mod_(uint64_t a, uint64_t b, zt_prime_ prime) {
    const uint64_t mask = ((uint64_t)1 << ZT_PRIME_BITS_) - 1;
    zt_u128_ product = (zt_u128_)a * b;
    product = (zt_u128_)(uint64_t)(product >> ZT_PRIME_BITS_) * prime.c + ((uint64_t)product & mask);
    uint64_t once = (uint64_t)(product >> ZT_PRIME_BITS_) * prime.c + ((uint64_t)product & mask);
    return once >= prime.p ? once - prime.p : once;
}

static inline uint64_t zt_add_mod_(uint64_t a, uint64_t b, zt_prime_ prime) {
    return a + b >= prime.p ? a + b - prime.p : a + b;
}

static inline uint64_t zt_sub_mod_(uint64_t a, uint64_t b, zt_prime_ prime) {
    return a >= b ? a - b : a + prime.p - b;
}

static inline uint64_t zt_power_mod_(uint64_t base, uint64_t exponent, zt_prime_ prime) {
    uint64_t result = 1;
    for (; exponent != 0; exponent >>= 1) {
        if (exponent & 1) result = zt_mul_mod_(result, base, prime);
        base = zt_mul_mod_(base, base, prime);
    }
    return result;
}

static inline uint64_t zt_inverse_mod_(uint64_t a, zt_prime_ prime) {
    return zt_power_mod_(a, prime.p - 2, prime);
}

/* value = +- mantissa 2^place, mantissa odd or zero, for normal doubles. */
typedef struct {
    uint64_t mantissa;
    int place, negative;
} zt_parts_;

static inline zt_parts_ zt_parts_of_(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (value == 0) return (zt_parts_){0, 0, 0};
    uint64_t mantissa = (bits & (((uint64_t)1 << 52) - 1)) | (uint64_t)1 << 52;
    int place = (int)(bits >> 52 & 0x7ff) - 1075, zeros = __builtin_ctzll(mantissa);
    return (zt_parts_){mantissa >> zeros, place + zeros, (int)(bits >> 63)};
}

/* The number of binary digits of the mantissa. */
static inline int zt_bit_length_(uint64_t mantissa) {
    return mantissa == 0 ? 0 : 64 - __builtin_clzll(mantissa);
}

/* value 2^-place modulo the prime; place is at most that of the value. */
static inline uint64_t zt_residue_(zt_parts_ value, int place, zt_prime_ prime) {
    if (value.mantissa == 0) return 0;
    int shift = value.place - place;
    uint64_t residue = zt_mul_mod_(value.mantissa, (uint64_t)1 << (shift % ZT_PRIME_BITS_), prime);
    for (; shift >= ZT_PRIME_BITS_; shift -= ZT_PRIME_BITS_) residue = zt_mul_mod_(residue, prime.c, prime);
    return value.negative && residue != 0 ? prime.p - residue : residue;
}

#endif
