/*
 * The differential tests of the kernels as a program:
 *
 *     kernel-tests [TIER] [KERNEL]     all tiers that this processor has, all kernels; `cells` is the search for cells
 *
 * Built by .ci/test-kernels for this processor and, where a cross compiler and qemu-user are installed, for aarch64.
 */
#include "cells.h"
#include "differential.h"

#include <stdio.h>
#include <string.h>

static int run_tier_(const char *name, const char *only) {
    size_t total = 0, kernels = 0, cells = 0;
    int failed = 0;
    if (only == NULL || strcmp(only, "cells") == 0) {
        const size_t differences = compare_cells(name, &cells);
        failed = differences != 0;
        printf("%s: %zu cells, %zu differ\n", name, cells, differences);
    }
    for (size_t i = 0; zt_case_name(i) != NULL; i++) {
        char message[512] = "";
        size_t comparisons = 0;
        if (only != NULL && strcmp(only, zt_case_name(i)) != 0) continue;
        size_t failures = zt_differential_run(i, name, message, sizeof message, &comparisons);
        total += comparisons;
        kernels++;
        if (failures == 0) continue;
        printf("%s: %zu of the numbers differ, first %s\n", name, failures, message);
        failed = 1;
    }
    printf("%s: %zu kernels, %zu comparisons%s\n", name, kernels, total, failed ? ", FAILED" : "");
    return failed || (kernels == 0 && cells == 0);
}

int main(int argc, char **argv) {
    static const char *const tiers[] = {"reference", "avx2", "avx512-base", "avx512", "neon"};
    int failed = 0, found = 0;
    for (size_t i = 0; i < sizeof tiers / sizeof *tiers; i++) {
        if (argc > 1 && strcmp(argv[1], tiers[i]) != 0) continue;
        if (!zt_has_tier(tiers[i])) continue;
        failed |= run_tier_(tiers[i], argc > 2 ? argv[2] : NULL);
        found = 1;
    }
    if (!found) fprintf(stderr, "this processor has no tier %s\n", argc > 1 ? argv[1] : "at all");
    return failed || !found;
}
