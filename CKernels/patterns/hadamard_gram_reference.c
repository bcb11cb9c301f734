/* The Gram matrix of the patterns, times another matrix entry by entry. */
#include "reference.h"

#include "kernel_table.h"

static unsigned ones_(uint64_t word) {
    unsigned count = 0;
    for (; word != 0; word &= word - 1) count++;
    return count;
}

void zt_hadamard_gram_f64_reference_(size_t row0, size_t row1, size_t p, const uint64_t *sample_bits,
                                     size_t bit_stride, double *k, size_t k_stride) {
    size_t words = p / 64 + (p % 64 != 0);
    for (size_t a = row0; a < row1; a++) {
        for (size_t b = 0; b <= a; b++) {
            size_t shared = 0;
            ZT_SCALAR_LOOP_
            for (size_t j = 0; j < words; j++)
                shared += ones_(sample_bits[a * bit_stride + j] & sample_bits[b * bit_stride + j]);
            k[a * k_stride + b] *= (double)shared;
        }
    }
}
