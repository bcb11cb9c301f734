/* Hashes of lines of bits, line by line. */
#include "reference.h"

#include "kernel_table.h"
#include "patterns/hash.h"

void zt_hash_lines_reference_(size_t lines, size_t bits, const uint64_t *source, size_t stride,
                              uint64_t *hashes) {
    size_t words = bits / 64 + (bits % 64 != 0);
    for (size_t i = 0; i < lines; i++) {
        uint64_t hash = zt_hash_start_(bits);
        for (size_t j = 0; j < words; j++) hash = zt_hash_next_(hash, source[i * stride + j]);
        hashes[i] = hash;
    }
}
