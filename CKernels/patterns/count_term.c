/* Deletion and restriction over prime fields; see zonotope/counting.h. */
#include <string.h>

#include "line_sets.h"
#include "zonotope/counting.h"

enum {
    /* Restricted lines of rank 2 whose inverses are taken together. */
    ZT_CHUNK_ = 512,
    /* Restricted lines between two questions whether to go on. */
    ZT_COUNT_PATIENCE_ = 1 << 16
};

typedef struct {
    size_t count; /* primes */
    const zt_modulus_ *primes;
    zt_line_scratch_ scratch;
    uint64_t *numerators, *denominators; /* count blocks of `chunk` elements */
    size_t chunk;
    zt_count_progress progress;
    void *context;
    size_t work, *bad;
} counter_;

/* A level of the recursion: lines of `rank` coordinates. */
typedef struct {
    size_t rank, others, block;
    const uint64_t *lines;
} level_;

static size_t lead_(const uint64_t *line) {
    size_t c = 0;
    while (line[c] == 0) c++;
    return c;
}

static int add_(uint64_t *total, uint64_t term) {
    return __builtin_add_overflow(*total, term, total);
}

static int should_stop_(counter_ *c, size_t work) {
    c->work += work;
    if (c->work < ZT_COUNT_PATIENCE_ || c->progress == NULL) return 0;
    c->work = 0;
    return c->progress(c->context) != 0;
}

/* The lines before line j and the axis at which line j begins, restricted to line j: the coordinate `lead` is
 * eliminated. Returns their number; target blocks are `block` elements apart. */
static size_t restrict_(const counter_ *c, const level_ *level, size_t j, uint64_t *target, size_t block) {
    size_t rank = level->rank, lead = lead_(level->lines + j * rank);
    for (size_t k = 0; k < c->count; k++) {
        const zt_modulus_ *prime = c->primes + k;
        const uint64_t *lines = level->lines + k * level->block, *plane = lines + j * rank;
        uint64_t *out = target + k * block;
        for (size_t l = 0; l < j; l++) {
            const uint64_t *line = lines + l * rank;
            uint64_t factor = line[lead];
            for (size_t i = 0; i < rank; i++) {
                if (i != lead) *out++ = zt_mod_sub_(prime, line[i], zt_mod_mul_(prime, factor, plane[i]));
            }
        }
        for (size_t i = 0; i < rank; i++) {
            if (i != lead) *out++ = plane[i];
        }
    }
    return j + 1;
}

/* Distinct ratios numerator / denominator among `n` from `start`; ratios stand in the denominators. */
static size_t distinct_ratios_(const counter_ *c, size_t start, size_t n) {
    size_t slots = zt_table_slots_(n), distinct = 0;
    const uint64_t *ratios = c->denominators;
    uint32_t *table = c->scratch.table;
    memset(table, 0, slots * sizeof *table);
    for (size_t i = start; i < start + n; i++) {
        size_t slot = (ratios[i] * 0x9E3779B97F4A7C15u >> 32) & (slots - 1);
        for (;; slot = (slot + 1) & (slots - 1)) {
            if (table[slot] == 0) {
                table[slot] = (uint32_t)(i - start + 1);
                distinct++;
                break;
            }
            size_t other = start + table[slot] - 1, k = 0;
            while (k < c->count && ratios[k * c->chunk + other] == ratios[k * c->chunk + i]) k++;
            if (k == c->count) break;
        }
    }
    return distinct;
}

/* Rank 3 restricted to line j: ratios of the two coordinates left, where neither vanishes. Appends to the chunk
 * from `start`; returns their number, SIZE_MAX where primes disagree. */
static size_t restrict_to_ratios_(const counter_ *c, const level_ *level, size_t j, size_t start) {
    static const unsigned char rest[3][2] = {{1, 2}, {0, 2}, {0, 1}};
    size_t lead = lead_(level->lines + j * 3), a = rest[lead][0], b = rest[lead][1];
    for (size_t k = 0; k < c->count; k++) {
        const zt_modulus_ *prime = c->primes + k;
        const uint64_t *lines = level->lines + k * level->block;
        uint64_t *num = c->numerators + k * c->chunk + start, *den = c->denominators + k * c->chunk + start;
        uint64_t plane_a = lines[3 * j + a], plane_b = lines[3 * j + b];
        for (size_t l = 0; l < j; l++) {
            const uint64_t *line = lines + 3 * l;
            num[l] = zt_mod_sub_(prime, line[a], zt_mod_mul_(prime, line[lead], plane_a));
            den[l] = zt_mod_sub_(prime, line[b], zt_mod_mul_(prime, line[lead], plane_b));
        }
        num[j] = plane_a;
        den[j] = plane_b;
    }
    size_t kept = start;
    for (size_t i = start; i <= start + j; i++) {
        const uint64_t *num = c->numerators, *den = c->denominators;
        for (size_t k = 1; k < c->count; k++) {
            size_t at = k * c->chunk + i;
            if ((num[at] == 0) != (num[i] == 0) || (den[at] == 0) != (den[i] == 0)) {
                *c->bad = (num[at] == 0) > (num[i] == 0) || (den[at] == 0) > (den[i] == 0) ? k : 0;
                return SIZE_MAX;
            }
        }
        if (num[i] == 0 || den[i] == 0) continue;
        for (size_t k = 0; k < c->count && kept != i; k++) {
            c->numerators[k * c->chunk + kept] = num[k * c->chunk + i];
            c->denominators[k * c->chunk + kept] = den[k * c->chunk + i];
        }
        kept++;
    }
    return kept - start;
}

static void divide_(const counter_ *c, size_t n) {
    for (size_t k = 0; k < c->count; k++) {
        uint64_t *num = c->numerators + k * c->chunk, *den = c->denominators + k * c->chunk;
        zt_mod_invert_all_(c->primes + k, n, den, c->scratch.prefix);
        for (size_t i = 0; i < n; i++) den[i] = zt_mod_mul_(c->primes + k, den[i], num[i]);
    }
}

/* The sum of the terms first ... last - 1 of an arrangement of rank 3. */
static enum zt_count_status rank_3_terms_(counter_ *c, const level_ *level, size_t first, size_t last,
                                          uint64_t *total) {
    size_t j = first;
    while (j < last) {
        size_t sizes[ZT_CHUNK_], groups = 0, filled = 0;
        for (; j < last && groups < ZT_CHUNK_ && (groups == 0 || filled + j < ZT_CHUNK_); j++) {
            size_t n = restrict_to_ratios_(c, level, j, filled);
            if (n == SIZE_MAX) return ZT_COUNT_PRIME;
            sizes[groups++] = n;
            filled += n;
            if (should_stop_(c, j + 1)) return ZT_COUNT_STOPPED;
        }
        divide_(c, filled);
        size_t start = 0;
        for (size_t g = 0; g < groups; start += sizes[g++]) {
            if (add_(total, 2 * (2 + (uint64_t)distinct_ratios_(c, start, sizes[g]))))
                return ZT_COUNT_OVERFLOW;
        }
    }
    return ZT_COUNT_COMPLETE;
}

static enum zt_count_status term_(counter_ *c, const level_ *level, size_t j, uint64_t *room,
                                  uint64_t *total);

/* Adds all cells of a level. room: memory for the levels below. */
static enum zt_count_status cells_(counter_ *c, const level_ *level, uint64_t *room, uint64_t *total) {
    if (level->rank >= 64 || add_(total, (uint64_t)1 << level->rank)) return ZT_COUNT_OVERFLOW;
    if (level->rank == 3) return rank_3_terms_(c, level, 0, level->others, total);
    for (size_t j = 0; j < level->others; j++) {
        enum zt_count_status status = term_(c, level, j, room, total);
        if (status != ZT_COUNT_COMPLETE) return status;
    }
    return ZT_COUNT_COMPLETE;
}

/* Adds term j of a level of rank 2 or more. */
static enum zt_count_status term_(counter_ *c, const level_ *level, size_t j, uint64_t *room,
                                  uint64_t *total) {
    if (level->rank == 2) return add_(total, 2) ? ZT_COUNT_OVERFLOW : ZT_COUNT_COMPLETE;
    if (level->rank == 3) return rank_3_terms_(c, level, j, j + 1, total);
    size_t rank = level->rank - 1, block = (j + 1) * rank;
    size_t n = restrict_(c, level, j, room, block);
    n = zt_merge_lines_(n, rank, c->count, c->primes, room, block, c->scratch, c->bad);
    if (n == SIZE_MAX) return ZT_COUNT_PRIME;
    if (should_stop_(c, j + 1)) return ZT_COUNT_STOPPED;
    level_ below = {.rank = rank, .others = n, .block = block, .lines = room};
    return cells_(c, &below, room + c->count * block, total);
}

enum zt_count_status zt_count_term(size_t rank, size_t others, const uint64_t *lines, size_t used,
                                   const uint64_t *primes, size_t j, zt_count_progress progress,
                                   void *context, uint64_t *cells, size_t *bad, void *workspace) {
    zt_modulus_ *fields = workspace;
    for (size_t k = 0; k < used; k++) fields[k] = zt_modulus_of_(primes[k]);
    counter_ c = {.count = used, .primes = fields, .chunk = others + ZT_CHUNK_};
    c.progress = progress;
    c.context = context;
    c.bad = bad;
    c.numerators = (uint64_t *)(fields + used);
    c.denominators = c.numerators + used * c.chunk;
    c.scratch.leads = c.denominators + used * c.chunk;
    c.scratch.prefix = c.scratch.leads + c.chunk;
    c.scratch.table = (uint32_t *)(c.scratch.prefix + c.chunk);
    uint64_t *room = (uint64_t *)(c.scratch.table + zt_table_slots_(c.chunk));
    level_ level = {.rank = rank, .others = others, .block = others * rank, .lines = lines};
    *cells = 0;
    return term_(&c, &level, j, room, cells);
}

size_t zt_count_term_workspace(size_t rank, size_t others, size_t used) {
    size_t chunk = others + ZT_CHUNK_, coordinates = rank < 4 ? 0 : (rank - 1) * rank / 2;
    return used * sizeof(zt_modulus_) + (2 * used + 2) * chunk * sizeof(uint64_t) +
           zt_table_slots_(chunk) * sizeof(uint32_t) +
           used * (others + rank) * coordinates * sizeof(uint64_t);
}
