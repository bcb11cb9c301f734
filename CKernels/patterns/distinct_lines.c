/* The first occurrence of every line, by open addressing with linear probing in the caller's workspace. */
#include "zonotope/kernels.h"
#include "zonotope/patterns.h"

#include "kernel_table.h"

/* A power of two, at least twice the lines: half of the slots stay empty. */
static size_t slots_for_(size_t lines) {
    size_t slots = 2;
    while (slots / 2 < lines) slots *= 2;
    return slots;
}

size_t zt_distinct_lines_workspace(size_t lines) {
    return lines + slots_for_(lines);
}

static int equal_(const uint64_t *a, const uint64_t *b, size_t words) {
    for (size_t j = 0; j < words; j++)
        if (a[j] != b[j]) return 0;
    return 1;
}

size_t zt_distinct_lines_by_(size_t lines, size_t bits, const uint64_t *source, size_t stride,
                             const uint64_t *given, size_t *first, size_t *workspace,
                             zt_hash_lines_fn_ *hash_lines) {
    enum { SOME = 32 }; /* Lines that are hashed together: size_t and uint64_t need not be the same type. */
    size_t slots = slots_for_(lines), words = zt_words(bits), distinct = 0;
    size_t *hashes = workspace, *table = workspace + lines; /* table: 1 + the index of a line, or 0 */
    for (size_t s = 0; s < slots; s++) table[s] = 0;
    for (size_t i = 0; i < lines; i++) {
        uint64_t some[SOME];
        if (given == NULL && i % SOME == 0) {
            hash_lines(lines - i < SOME ? lines - i : SOME, bits, source + i * stride, stride, some);
            for (size_t j = 0; j < SOME && i + j < lines; j++) hashes[i + j] = (size_t)some[j];
        }
        if (given != NULL) hashes[i] = (size_t)given[i];
        size_t s = hashes[i] & (slots - 1);
        for (; table[s] != 0; s = (s + 1) & (slots - 1)) {
            size_t other = table[s] - 1;
            if (hashes[other] == hashes[i] && equal_(source + other * stride, source + i * stride, words))
                break;
        }
        if (table[s] == 0) {
            table[s] = i + 1;
            distinct++;
        }
        first[i] = table[s] - 1; /* Lines come in order, so the one in the table is the smallest. */
    }
    return distinct;
}
