/* Hashes of lines of bits: one mixed word after the other, by value, so that byte order does not matter. */
#include "reference.h"

#include "kernel_table.h"

/* A bijection that spreads every bit over the word (the finaliser of splitmix64). */
static uint64_t mix_(uint64_t h) {
    h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9;
    h = (h ^ h >> 27) * 0x94d049bb133111eb;
    return h ^ h >> 31;
}

void zt_hash_lines_reference_(size_t lines, size_t bits, const uint64_t *source, size_t stride,
                              uint64_t *hashes) {
    size_t words = bits / 64 + (bits % 64 != 0);
    for (size_t i = 0; i < lines; i++) {
        uint64_t hash = mix_((uint64_t)bits + 0x9e3779b97f4a7c15);
        for (size_t j = 0; j < words; j++) hash = mix_((hash ^ source[i * stride + j]) + 0x9e3779b97f4a7c15);
        hashes[i] = hash;
    }
}
