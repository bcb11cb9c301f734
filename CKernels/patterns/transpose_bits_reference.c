/* Transposition of a matrix of bits by blocks of 64 x 64, each in six rounds of swaps. */
#include "reference.h"

#include "kernel_table.h"

/* Swaps the off-diagonal quarters of every 2s x 2s block, for s = 32, 16, ... 1: bit j of word i and bit i of
 * word j change places. */
static void transpose_block_(uint64_t words[64]) {
    uint64_t mask = 0x00000000ffffffff;
    for (unsigned s = 32; s != 0; s >>= 1, mask ^= mask << s) {
        for (unsigned i = 0; i < 64; i = (i + s + 1) & ~s) {
            uint64_t swap = (words[i] >> s ^ words[i + s]) & mask;
            words[i] ^= swap << s;
            words[i + s] ^= swap;
        }
    }
}

void zt_transpose_bits_reference_(size_t lines, size_t bits, const uint64_t *source, size_t source_stride,
                                  uint64_t *destination, size_t destination_stride) {
    for (size_t j = 0; j < bits; j += 64) {
        size_t width = bits - j < 64 ? bits - j : 64;
        for (size_t i = 0; i < lines; i += 64) {
            size_t height = lines - i < 64 ? lines - i : 64;
            uint64_t words[64] = {0};
            for (size_t k = 0; k < height; k++) words[k] = source[(i + k) * source_stride + j / 64];
            transpose_block_(words);
            for (size_t k = 0; k < width; k++) destination[(j + k) * destination_stride + i / 64] = words[k];
        }
    }
}
