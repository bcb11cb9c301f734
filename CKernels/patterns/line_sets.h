/* Lines through the origin over several prime fields: normalised, and merged where all fields agree. */
#ifndef ZT_LINE_SETS_H
#define ZT_LINE_SETS_H

#include "residues.h"

#pragma GCC visibility push(hidden)

/* Slots of a hash table for n entries: a power of two, at least half of them empty. */
static inline size_t zt_table_slots_(size_t n) {
    size_t slots = 16;
    while (slots < 2 * n) slots *= 2;
    return slots;
}

/* Scratch for up to n lines. */
typedef struct {
    uint64_t *leads, *prefix; /* n elements */
    uint32_t *table;          /* zt_table_slots_(n) elements */
} zt_line_scratch_;

/*
 * Keeps those of n vectors of `length` >= 2 entries that have two non-zero entries or more, scales each to a first
 * non-zero entry of 1, and merges equal ones, keeping the first. lines: `count` blocks, one a prime, `block`
 * elements apart. Returns the number kept, at the start of each block. Where primes disagree about zeros, returns
 * SIZE_MAX and the prime with the zero in *bad.
 */
size_t zt_merge_lines_(size_t n, size_t length, size_t count, const zt_modulus_ *primes, uint64_t *lines,
                       size_t block, zt_line_scratch_ scratch, size_t *bad);

#pragma GCC visibility pop

#endif
