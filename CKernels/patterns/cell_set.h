/*
 * A set of lines of bits, each kept once in the order of insertion. Open addressing; a slot holds the number
 * of a line plus 1, and some bits of its hash to spare most comparisons. Equality is decided on the lines.
 */
#ifndef ZT_CELL_SET_H
#define ZT_CELL_SET_H

#include <stdint.h>
#include <string.h>

typedef struct {
    size_t words, capacity, count;
    uint64_t *lines;
    uint64_t *slots; /* slot_mask + 1 of them, zeroed */
    uint64_t slot_mask;
} zt_cell_set_;

/* The number of slots for a capacity: a power of two, at most two thirds full. */
static inline size_t zt_cell_set_slots_(size_t capacity) {
    size_t slots = 16;
    while (slots / 3 * 2 < capacity) slots *= 2;
    return slots;
}

/* The hash of a line is the exclusive or of the codes of its ones (Zobrist), so that a flip costs one
 * operation. */
static inline uint64_t zt_bit_code_(size_t bit) {
    uint64_t z = (uint64_t)bit * 0x9E3779B97F4A7C15u + 0xD1B54A32D192ED03u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/*
 * Adds line ^ invert, the high bits of whose last word are to be `last_mask` at most. Returns its number;
 * *fresh tells whether it is new. Returns SIZE_MAX when it is new and there is no room.
 */
static inline size_t zt_cell_set_insert_(zt_cell_set_ *set, const uint64_t *line, uint64_t invert,
                                         uint64_t last_mask, uint64_t hash, int *fresh) {
    const uint64_t number_mask = ((uint64_t)1 << 48) - 1, tag = hash & ~number_mask;
    const size_t words = set->words;
    *fresh = 0;
    for (uint64_t slot = hash & set->slot_mask;; slot = (slot + 1) & set->slot_mask) {
        uint64_t entry = set->slots[slot];
        if (entry == 0) {
            if (set->count == set->capacity) return SIZE_MAX;
            uint64_t *target = set->lines + set->count * words;
            for (size_t i = 0; i < words; i++) target[i] = line[i] ^ invert;
            target[words - 1] &= last_mask;
            set->slots[slot] = tag | (uint64_t)(set->count + 1);
            *fresh = 1;
            return set->count++;
        }
        if ((entry & ~number_mask) != tag) continue;
        size_t number = (size_t)(entry & number_mask) - 1;
        const uint64_t *other = set->lines + number * words;
        uint64_t difference = (line[words - 1] ^ invert ^ other[words - 1]) & last_mask;
        for (size_t i = 0; i + 1 < words && difference == 0; i++) difference = line[i] ^ invert ^ other[i];
        if (difference == 0) return number;
    }
}

#endif
