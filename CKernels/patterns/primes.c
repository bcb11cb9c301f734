/* Primes, and how many of them decide whether a minor vanishes. */
#include <limits.h>
#include <math.h>

#include "residues.h"
#include "zonotope/counting.h"

/* Miller and Rabin with the bases of Sinclair (2011), which decide all numbers below 2^64. p odd, above 2. */
static int is_prime_(uint64_t p) {
    static const uint64_t bases[] = {2, 325, 9375, 28178, 450775, 9780504, 1795265022};
    static const unsigned small[] = {3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        if (p % small[i] == 0) return p == small[i];
    }
    zt_modulus_ m = zt_modulus_of_(p);
    uint64_t odd = p - 1, minus_one = p - m.one;
    int twos = 0;
    for (; odd % 2 == 0; odd /= 2) twos++;
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        uint64_t base = bases[i] % p;
        if (base == 0) continue;
        uint64_t value = zt_mod_power_(&m, zt_mod_mul_(&m, base, m.square), odd);
        int passes = value == m.one || value == minus_one;
        for (int step = 1; step < twos && !passes; step++) {
            value = zt_mod_mul_(&m, value, value);
            passes = value == minus_one;
        }
        if (!passes) return 0;
    }
    return 1;
}

uint64_t zt_prime_below(uint64_t limit) {
    if (limit <= 3) return 0;
    uint64_t p = (limit - 2) | 1;
    while (p > 3 && !is_prime_(p)) p -= 2;
    return p;
}

/* value = odd 2^exponent; value is finite and not zero. */
static int lowest_bit_(double value) {
    int exponent;
    double mantissa = ldexp(frexp(fabs(value), &exponent), 53);
    return exponent - 53 + __builtin_ctzll((uint64_t)mantissa);
}

/* The bits of the widest integers, once each of `lines` lines of `length` numbers is divided by its power of two. */
static int widest_(size_t lines, size_t line_stride, size_t length, size_t stride, const double *x) {
    int widest = 1;
    for (size_t k = 0; k < lines; k++) {
        int low = INT_MAX, high = INT_MIN;
        for (size_t j = 0; j < length; j++) {
            double value = x[k * line_stride + j * stride];
            if (value == 0) continue;
            int exponent, lowest = lowest_bit_(value);
            (void)frexp(value, &exponent);
            if (exponent > high) high = exponent;
            if (lowest < low) low = lowest;
        }
        if (high > low && high - low > widest) widest = high - low;
    }
    return widest;
}

size_t zt_count_primes_f64(size_t n, size_t d, const double *x, size_t x_stride, size_t order,
                           size_t prime_bits) {
    int of_rows = widest_(n, x_stride, d, 1, x), of_columns = widest_(d, 1, n, x_stride, x);
    double widest = of_rows < of_columns ? of_rows : of_columns;
    /* Hadamard: a minor is at most the product of the lengths of its rows. */
    double bits = (double)order * (widest + 0.5 * log2((double)order + 1));
    return (size_t)(bits / (double)prime_bits) + 1;
}
