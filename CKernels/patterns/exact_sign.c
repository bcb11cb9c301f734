/*
 * The exact sign of a product of two vectors of doubles.
 *
 * A double is an integer of 53 bits times a power of two, so every product is an integer of 106 bits at one
 * of about 4200 binary places. They are added up in one fixed-point number that spans all of them (Kulisch),
 * kept as 32-bit digits in 64-bit words: carries wait until the end. Unlike floating-point expansions it
 * needs neither scaling nor room that grows with d, and nothing can underflow.
 */
#include "exact_sign.h"

#include <math.h>
#include <string.h>

enum {
    DIGITS = 136, /* 2 (2046 + 53) bits of products, three digits of a shifted mantissa, two of the other. */
    FRACTION_BITS = 52,
    EXPONENT_MASK = 0x7ff,
};

static const size_t chunk_ = (size_t)1 << 20; /* A product adds less than 2^35 to a digit: far from 2^63. */

typedef struct {
    int64_t digits[DIGITS];
    size_t low, high; /* Digits outside [low, high) are zero. */
} sum_;

typedef struct {
    uint64_t mantissa;
    unsigned place; /* |value| = mantissa 2^(place - 1074) */
    int negative;
} parts_;

static parts_ split_(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t fraction = bits & (((uint64_t)1 << FRACTION_BITS) - 1);
    unsigned exponent = (unsigned)(bits >> FRACTION_BITS) & EXPONENT_MASK;
    if (exponent == 0) return (parts_){fraction, 0, (int)(bits >> 63)};
    return (parts_){fraction | (uint64_t)1 << FRACTION_BITS, exponent - 1, (int)(bits >> 63)};
}

static void add_product_(sum_ *sum, parts_ a, parts_ b) {
    unsigned place = a.place + b.place, shift = place % 32;
    size_t digit = place / 32;
    uint64_t top = shift == 0 ? 0 : a.mantissa >> (64 - shift), rest = a.mantissa << shift;
    uint64_t left[3] = {(uint32_t)rest, rest >> 32, top};
    uint64_t right[2] = {(uint32_t)b.mantissa, b.mantissa >> 32};
    int64_t sign = a.negative == b.negative ? 1 : -1;
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 2; j++) {
            uint64_t product = left[i] * right[j];
            sum->digits[digit + i + j] += sign * (int64_t)(uint32_t)product;
            sum->digits[digit + i + j + 1] += sign * (int64_t)(product >> 32);
        }
    }
    if (digit < sum->low) sum->low = digit;
    if (digit + 5 > sum->high) sum->high = digit + 5;
}

/* Carries, so that every digit but the last lies in [0, 2^32): the sign is then that of the last, or zero. */
static void carry_(sum_ *sum) {
    const int64_t base = (int64_t)1 << 32;
    for (size_t i = sum->low; i < sum->high; i++) {
        int64_t rest = sum->digits[i] & (base - 1), carry = (sum->digits[i] - rest) / base;
        if (i + 1 == DIGITS || (i + 1 == sum->high && carry == 0)) return;
        sum->digits[i] = rest;
        sum->digits[i + 1] += carry;
        if (i + 1 == sum->high) { /* One digit more, which may be negative: leave it as it is. */
            sum->high++;
            return;
        }
    }
}

static int sum_is_negative_(sum_ *sum) {
    carry_(sum);
    return sum->high > sum->low && sum->digits[sum->high - 1] < 0;
}

/* The sum of products of which some are infinite or NaN: the first kind wins by its sign, opposite ones are
 * NaN. */
static int unbounded_bit_(size_t d, const double *x, const double *g) {
    int up = 0, down = 0;
    for (size_t c = 0; c < d; c++) {
        if (isfinite(x[c]) && isfinite(g[c])) continue;
        double product = x[c] * g[c];
        if (isnan(product)) return 0;
        up |= product > 0;
        down |= product < 0;
    }
    return up && !down;
}

int zt_exact_bit_(size_t d, const double *x, const double *g) {
    sum_ sum = {.low = DIGITS, .high = 0};
    for (size_t c = 0; c < d; c++) {
        if (!isfinite(x[c]) || !isfinite(g[c])) return unbounded_bit_(d, x, g);
        if (x[c] != 0 && g[c] != 0) add_product_(&sum, split_(x[c]), split_(g[c]));
        if ((c + 1) % chunk_ == 0) carry_(&sum);
    }
    return !sum_is_negative_(&sum);
}
