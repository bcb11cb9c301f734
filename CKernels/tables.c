/* Which tiers there are, and which of them this process uses. */
#include "kernel_table.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define ZT_REFERENCE_ENTRY_(kernel) .kernel = zt_##kernel##_reference_,

static const zt_kernel_table_ reference_ = {.name = "reference", ZT_KERNELS_(ZT_REFERENCE_ENTRY_)};

#define ZT_TIER_ENTRY_(kernel, tier) .kernel = zt_##kernel##_##tier##_,

#if defined(__x86_64__)
static const zt_kernel_table_ avx2_ = {
    .name = "avx2",
    .next = &reference_,
    ZT_MASKED_KERNELS_AVX2_(ZT_TIER_ENTRY_) ZT_PATTERN_KERNELS_AVX2_(ZT_TIER_ENTRY_)
        ZT_CELL_KERNELS_OF_(ZT_TIER_ENTRY_, avx2) ZT_SHRINK_KERNELS_AVX2_(ZT_TIER_ENTRY_)};

/* What every processor with AVX-512 has since 2017. */
static const zt_kernel_table_ avx512_ = {
    .name = "avx512",
    .next = &avx2_,
    ZT_MASKED_KERNELS_AVX512_(ZT_TIER_ENTRY_) ZT_PATTERN_KERNELS_AVX512_(ZT_TIER_ENTRY_)
        ZT_CELL_KERNELS_OF_(ZT_TIER_ENTRY_, avx512) ZT_SHRINK_KERNELS_AVX512_(ZT_TIER_ENTRY_)};

/* The same tier with what came in 2019: population counts of vectors, byte permutations. */
static const zt_kernel_table_ avx512_counts_ = {.name = "avx512",
                                                .next = &avx512_,
                                                ZT_MASKED_KERNELS_AVX512_COUNTS_(ZT_TIER_ENTRY_)
                                                    ZT_PATTERN_KERNELS_AVX512_COUNTS_(ZT_TIER_ENTRY_)};

static int has_avx2_(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

static int has_avx512_(void) {
    return has_avx2_() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

static int has_avx512_counts_(void) {
    return __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
           __builtin_cpu_supports("avx512vpopcntdq");
}
#elif defined(__aarch64__)
static const zt_kernel_table_ neon_ = {
    .name = "neon",
    .next = &reference_,
    ZT_MASKED_KERNELS_NEON_(ZT_TIER_ENTRY_) ZT_PATTERN_KERNELS_NEON_(ZT_TIER_ENTRY_)
        ZT_CELL_KERNELS_OF_(ZT_TIER_ENTRY_, neon) ZT_SHRINK_KERNELS_NEON_(ZT_TIER_ENTRY_)};
#endif

/* All entries empty, name included: what an unknown ZT_ISA selects. */
static const zt_kernel_table_ unsupported_ = {.name = NULL, .next = &reference_};

const zt_kernel_table_ *zt_find_table_(const char *name) {
    if (strcmp(name, "reference") == 0) return &reference_;
#if defined(__x86_64__)
    if (strcmp(name, "avx2") == 0 && has_avx2_()) return &avx2_;
    if (strcmp(name, "avx512") == 0 && has_avx512_())
        return has_avx512_counts_() ? &avx512_counts_ : &avx512_;
#elif defined(__aarch64__)
    if (strcmp(name, "neon") == 0) return &neon_;
#endif
    return NULL;
}

static const zt_kernel_table_ *choose_(void) {
    static const char *const best_first[] = {"avx512", "avx2", "neon"};
    const char *wanted = getenv("ZT_ISA");
    if (wanted != NULL && wanted[0] != '\0') {
        const zt_kernel_table_ *found = zt_find_table_(wanted);
        return found != NULL ? found : &unsupported_;
    }
    for (size_t i = 0; i < sizeof best_first / sizeof *best_first; i++) {
        const zt_kernel_table_ *found = zt_find_table_(best_first[i]);
        if (found != NULL) return found;
    }
    return &reference_;
}

static _Atomic(const zt_kernel_table_ *) table_ = NULL;

/* The first thread to finish choosing decides for all. The tables are constant: no order beyond the pointer. */
const zt_kernel_table_ *zt_kernels_(void) {
    const zt_kernel_table_ *table = atomic_load_explicit(&table_, memory_order_relaxed);
    if (table != NULL) return table;
    const zt_kernel_table_ *choice = choose_();
    if (atomic_compare_exchange_strong(&table_, &table, choice)) return choice;
    return table;
}
