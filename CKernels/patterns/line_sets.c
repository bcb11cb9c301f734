#include "line_sets.h"

#include <string.h>

/* The non-zero entries of a vector, or SIZE_MAX with the prime whose zeros are not those of the others. */
static size_t support_(size_t length, size_t count, const uint64_t *line, size_t block, size_t *bad) {
    size_t support = 0;
    for (size_t c = 0; c < length; c++) {
        size_t present = 0, absent = 0;
        for (size_t k = 0; k < count; k++) {
            if (line[k * block + c] != 0) {
                present++;
            } else {
                absent++;
                *bad = k;
            }
        }
        if (present != 0 && absent != 0) return SIZE_MAX;
        support += present != 0;
    }
    return support;
}

static size_t lead_(const uint64_t *line) {
    size_t c = 0;
    while (line[c] == 0) c++;
    return c;
}

static void normalise_(size_t n, size_t length, const zt_modulus_ *prime, uint64_t *lines,
                       zt_line_scratch_ scratch) {
    for (size_t i = 0; i < n; i++) scratch.leads[i] = lines[i * length + lead_(lines + i * length)];
    zt_mod_invert_all_(prime, n, scratch.leads, scratch.prefix);
    for (size_t i = 0; i < n; i++) {
        uint64_t *line = lines + i * length, factor = scratch.leads[i];
        for (size_t c = 0; c < length; c++) line[c] = zt_mod_mul_(prime, line[c], factor);
    }
}

static uint64_t hash_(size_t length, const uint64_t *line) {
    uint64_t hash = 0;
    for (size_t c = 0; c < length; c++) hash = (hash ^ line[c]) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 32;
}

static int equal_(size_t length, size_t count, const uint64_t *a, const uint64_t *b, size_t block) {
    for (size_t k = 0; k < count; k++) {
        if (memcmp(a + k * block, b + k * block, length * sizeof *a) != 0) return 0;
    }
    return 1;
}

static void move_(size_t length, size_t count, uint64_t *target, const uint64_t *source, size_t block) {
    if (target == source) return;
    for (size_t k = 0; k < count; k++)
        memcpy(target + k * block, source + k * block, length * sizeof *target);
}

size_t zt_merge_lines_(size_t n, size_t length, size_t count, const zt_modulus_ *primes, uint64_t *lines,
                       size_t block, zt_line_scratch_ scratch, size_t *bad) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        size_t support = support_(length, count, lines + i * length, block, bad);
        if (support == SIZE_MAX) return SIZE_MAX;
        if (support >= 2) move_(length, count, lines + kept++ * length, lines + i * length, block);
    }
    for (size_t k = 0; k < count; k++) normalise_(kept, length, primes + k, lines + k * block, scratch);

    size_t slots = zt_table_slots_(kept), distinct = 0;
    memset(scratch.table, 0, slots * sizeof *scratch.table);
    for (size_t i = 0; i < kept; i++) {
        const uint64_t *line = lines + i * length;
        size_t slot = hash_(length, line) & (slots - 1);
        /* Entries are places plus one; what is at a place never moves any more. */
        while (scratch.table[slot] != 0 &&
               !equal_(length, count, lines + (scratch.table[slot] - 1) * length, line, block)) {
            slot = (slot + 1) & (slots - 1);
        }
        if (scratch.table[slot] != 0) continue;
        move_(length, count, lines + distinct * length, line, block);
        scratch.table[slot] = (uint32_t)++distinct;
    }
    return distinct;
}
