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

/* What products that are not finite make of a sum: the sign of the infinite ones, NaN where they differ or one is. */
typedef struct {
    int up, down, nan;
} unbounded_;

static void add_unbounded_(unbounded_ *sum, double product) {
    sum->nan |= isnan(product);
    sum->up |= product > 0;
    sum->down |= product < 0;
}

static int bit_of_(sum_ *sum, const unbounded_ *unbounded) {
    if (unbounded->nan || unbounded->down) return 0;
    return unbounded->up || !sum_is_negative_(sum);
}

int zt_exact_bit_(size_t d, const double *x, const double *g) {
    sum_ sum = {.low = DIGITS, .high = 0};
    unbounded_ unbounded = {0, 0, 0};
    for (size_t c = 0; c < d; c++) {
        if (!isfinite(x[c]) || !isfinite(g[c]))
            add_unbounded_(&unbounded, x[c] * g[c]);
        else if (x[c] != 0 && g[c] != 0)
            add_product_(&sum, split_(x[c]), split_(g[c]));
        if ((c + 1) % chunk_ == 0) carry_(&sum);
    }
    return bit_of_(&sum, &unbounded);
}

/* A product of two floats is exact in double, and far from its limits. So the sum errs by at most d 2^-53 of the sum
 * of magnitudes, which itself falls short by no more; the bound below is twice that. */
static int sign_in_double_(size_t d, const float *x, const float *g) {
    enum { CHAINS = 8 };
    double sums[CHAINS] = {0}, sizes[CHAINS] = {0}, sum = 0, size = 0;
    size_t c = 0;
    for (; c + CHAINS <= d; c += CHAINS) {
        for (size_t j = 0; j < CHAINS; j++) {
            double product = (double)x[c + j] * (double)g[c + j];
            sums[j] += product;
            sizes[j] += fabs(product);
        }
    }
    for (; c < d; c++) {
        sums[0] += (double)x[c] * (double)g[c];
        sizes[0] += fabs((double)x[c] * (double)g[c]);
    }
    for (size_t j = 0; j < CHAINS; j++) {
        sum += sums[j];
        size += sizes[j];
    }
    double bound = zt_sign_factor_(d) * 4 * size;
    return sum > bound ? 1 : sum < -bound ? -1 : 0; /* 0 for NaN too. */
}

int zt_exact_bit_f32_(size_t d, const float *x, const float *g) {
    int sign = sign_in_double_(d, x, g);
    if (sign != 0) return sign > 0;
    sum_ sum = {.low = DIGITS, .high = 0};
    unbounded_ unbounded = {0, 0, 0};
    for (size_t c = 0; c < d; c++) {
        double a = (double)x[c], b = (double)g[c];
        if (!isfinite(a) || !isfinite(b))
            add_unbounded_(&unbounded, a * b);
        else if (a != 0 && b != 0)
            add_product_(&sum, split_(a), split_(b));
        if ((c + 1) % chunk_ == 0) carry_(&sum);
    }
    return bit_of_(&sum, &unbounded);
}
