/*
 * Every kernel of every tier against the reference tier, driven by a table of its arguments. Plain C, so that the same
 * program runs natively, under valgrind (which hides AVX-512, hence tests the AVX2 tier) and under qemu-user for
 * other processors.
 *
 * To add a kernel: write a function that calls it from an array of arguments, and a line in the table of its
 * family (cases_*.c). The runner fills the arguments, puts each between guard pages at every alignment, runs
 * reference and tier, and compares.
 */
#ifndef ZT_DIFFERENTIAL_H
#define ZT_DIFFERENTIAL_H

#include "tiers.h"

#include <stddef.h>
#include <stdint.h>

/* Sizes of one run: samples, features, patterns, outputs of the network. Every test sweeps each over 0..67 where the
 * kernel has it. */
typedef struct {
    size_t n, d, p, c;
} zt_shape;

typedef enum {
    ZT_F64 = 1, /* Compared within 4 terms eps magnitude, or by bits where the case names no terms. */
    ZT_F32,
    ZT_BITS,  /* Lines of bits: `columns` counts bits, unused high bits are zero. By bits. */
    ZT_WORD,  /* uint64_t, by bits. */
    ZT_INDEX, /* size_t, by value. As input: below the size named by `below`. */
    ZT_BYTES, /* Workspace in bytes, aligned for doubles. */
} zt_kind;

typedef enum {
    ZT_IN = 0,
    ZT_OUT,
    ZT_INOUT,
    ZT_PARAMETER, /* Input, never negative; zero in the run that measures magnitudes. */
    ZT_FINITE,    /* Input, neither NaN nor infinite. */
    ZT_WORKSPACE, /* Filled with NaN; exactly as large as `rows` says. */
} zt_role;

/* Letters stand for sizes: n d p c of the shape, 1, and any other that the case's own function explains. */
typedef struct {
    const char *name;
    zt_kind kind;
    zt_role role;
    char rows, columns;
    char below;    /* Of an index. */
    char in_place; /* 1 + the number of the input that this output may replace, or 0. */
} zt_argument;

/* An argument in memory. `stride` counts elements, words for bits. */
typedef struct {
    union {
        double *f64;
        float *f32;
        uint64_t *bits;
        uint64_t *words;
        size_t *index;
        void *bytes;
    };
    size_t rows, columns, stride;
    void *mapping;
    size_t mapped;
} zt_array;

enum { ZT_ARGUMENTS = 14 };

/* How float inputs are drawn. */
typedef enum {
    ZT_UNIT = 0,  /* Uniform in [-1, 1). */
    ZT_WHOLE = 1, /* -2, ... 2: ties and zeros. */
    ZT_TINY = 2,  /* Small multiples of the smallest positive number. */
    ZT_FILLS = 3,
} zt_fill;

typedef struct {
    const char *name; /* As in the table of kernels. */
    zt_argument arguments[ZT_ARGUMENTS];
    void (*run)(const zt_kernel_table_ *table, const zt_shape *shape, const zt_array *a);
    /* Sizes of other letters; NULL where there are none. */
    size_t (*size)(const zt_shape *shape, char letter);
    /* Terms of the longest sum behind an output; NULL where outputs are the same in all tiers. */
    size_t (*terms)(const zt_shape *shape);
    /* Sets the outputs to the magnitudes themselves, where the reference on absolute values would not; may be NULL. */
    void (*measure)(const zt_kernel_table_ *reference, const zt_shape *shape, zt_array *a);
    const char *sweep; /* The letters among n d p c that the kernel has. */
    const zt_shape
        *large; /* Shapes beyond the tiles of the kernels, up to one with all sizes 0; may be NULL. */
    unsigned skip_fills; /* Bit 1 << fill: not for this kernel. */
    int skip_nonfinite;  /* The kernel promises nothing for NaN and infinity. */
    /* Changes the inputs after they were filled, where they depend on each other; may be NULL. */
    void (*prepare)(const zt_shape *shape, zt_array *a, uint64_t *random);
} zt_kernel_case;

/* The table of a family ends with a case without a name. */
extern const zt_kernel_case zt_pattern_cases[];
extern const zt_kernel_case zt_masked_cases[];
extern const zt_kernel_case zt_shrink_cases[];

/* The cases of all families by number, and NULL beyond the last. */
const zt_kernel_case *zt_case(size_t index);

/* Runs a case on a tier. Returns the number of comparisons that failed, of which the first is described. */
size_t zt_differential(const zt_kernel_case *kernel, const zt_kernel_table_ *tier, char *message, size_t room,
                       size_t *comparisons);

/* The same by the name of the tier and the number of the case, for callers that do not know C structs. */
const char *zt_case_name(size_t index);
size_t zt_differential_run(size_t index, const char *tier, char *message, size_t room, size_t *comparisons);

/* ------------------------------------------------------------------------------------- arrays (arrays.c) */

uint64_t zt_random(uint64_t *state);

/* Between pages that cannot be touched: the array ends where the upper one begins less `offset` bytes, or with
 * `at_start` begins `offset` bytes after the lower one. Everything is filled with what no kernel makes. */
zt_array zt_array_make(zt_kind kind, size_t rows, size_t columns, size_t padding, size_t offset,
                       int at_start);
void zt_array_free(zt_array *array);
size_t zt_array_elements(zt_kind kind,
                         const zt_array *array); /* From the first to the last, gaps included. */
size_t zt_element_size(zt_kind kind);
void zt_array_fill(zt_kind kind, zt_array *array, zt_fill fill, int positive, size_t below, uint64_t *random);
void zt_array_copy(zt_kind kind, const zt_array *from, zt_array *to);
/* Every entry becomes its absolute value times `factor`. */
void zt_array_magnitudes(zt_kind kind, zt_array *array, double factor);
/* Whether the gaps between rows, and what lies before and after the array, are as they were made. */
int zt_array_gaps_untouched(zt_kind kind, const zt_array *array);

#endif
