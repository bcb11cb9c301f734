/*
 * One struct of function pointers an instruction set. A tier may leave an entry NULL: the next lower one then
 * serves. Signatures and meaning are those of the public functions in zonotope/masked.h,
 * zonotope/patterns.h and zonotope/shrink.h, where there is one.
 */
#ifndef ZT_KERNEL_TABLE_H
#define ZT_KERNEL_TABLE_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

#include "masked/table.h"
#include "patterns/cell_kernels.h"
#include "patterns/table.h"
#include "shrink/table.h"

/* Every kernel that has more than one version. A line here, a signature above and a reference version make a
 * new one; the other tiers may follow in any order. */
#define ZT_KERNELS_(X)                                                                                       \
    ZT_PATTERN_KERNELS_(X)                                                                                   \
    ZT_CELL_KERNELS_(X)                                                                                      \
    ZT_SHRINK_KERNELS_(X)                                                                                    \
    ZT_MASKED_KERNELS_(X)

#define ZT_ENTRY_(kernel) zt_##kernel##_fn_ *kernel;
#define ZT_DECLARE_REFERENCE_(kernel) zt_##kernel##_fn_ zt_##kernel##_reference_;
#define ZT_DECLARE_TIER_(kernel, tier) zt_##kernel##_fn_ zt_##kernel##_##tier##_;

typedef struct zt_kernel_table_ {
    const char *name;
    /* Serves where an entry is NULL; the last of the chain is the reference, which is complete. */
    const struct zt_kernel_table_ *next;
    ZT_KERNELS_(ZT_ENTRY_)
} zt_kernel_table_;

/* The table of that name, or NULL when this build or this processor does not have it. */
const zt_kernel_table_ *zt_find_table_(const char *name);

/* The table in use. */
const zt_kernel_table_ *zt_kernels_(void);

ZT_KERNELS_(ZT_DECLARE_REFERENCE_)

#if defined(__x86_64__)
ZT_MASKED_KERNELS_AVX2_(ZT_DECLARE_TIER_)
ZT_MASKED_KERNELS_AVX512_(ZT_DECLARE_TIER_)
ZT_MASKED_KERNELS_AVX512_COUNTS_(ZT_DECLARE_TIER_)
ZT_PATTERN_KERNELS_AVX2_(ZT_DECLARE_TIER_)
ZT_CELL_KERNELS_OF_(ZT_DECLARE_TIER_, avx2)
ZT_PATTERN_KERNELS_AVX512_(ZT_DECLARE_TIER_)
ZT_CELL_KERNELS_OF_(ZT_DECLARE_TIER_, avx512)
ZT_PATTERN_KERNELS_AVX512_COUNTS_(ZT_DECLARE_TIER_)
ZT_SHRINK_KERNELS_AVX2_(ZT_DECLARE_TIER_)
ZT_SHRINK_KERNELS_AVX512_(ZT_DECLARE_TIER_)
#elif defined(__aarch64__)
ZT_MASKED_KERNELS_NEON_(ZT_DECLARE_TIER_)
ZT_PATTERN_KERNELS_NEON_(ZT_DECLARE_TIER_)
ZT_CELL_KERNELS_OF_(ZT_DECLARE_TIER_, neon)
ZT_SHRINK_KERNELS_NEON_(ZT_DECLARE_TIER_)
#endif

/* The entry of the table in use. */
zt_most_violated_f64_fn_ zt_most_violated_f64_;

/* zt_distinct_lines with hashes that are given, or made by a function of the caller's choice: tests force collisions
 * through it. */
size_t zt_distinct_lines_by_(size_t lines, size_t bits, const uint64_t *source, size_t stride,
                             const uint64_t *given, size_t *first, size_t *workspace,
                             zt_hash_lines_fn_ *hash_lines);

#pragma GCC visibility pop

#endif
