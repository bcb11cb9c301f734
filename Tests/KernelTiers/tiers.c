#include "tiers.h"

#include "../../CKernels/patterns/cell_enumerate.h"

#include <string.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

/* "avx512-base" is the part of that tier that every processor with AVX-512 has, which a better one would hide. */
static const zt_kernel_table_ *find_(const char *name) {
    if (strcmp(name, "avx512-base") != 0) return zt_find_table_(name);
    const zt_kernel_table_ *table = zt_find_table_("avx512");
    int hidden = table != NULL && strcmp(table->next->name, table->name) == 0;
    return hidden ? table->next : NULL;
}

int zt_has_tier(const char *name) {
    return find_(name) != NULL;
}

#define ZT_FILL_(kernel)                                                                                     \
    if (filled.kernel == NULL) filled.kernel = table->kernel;

zt_kernel_table_ zt_tier_table(const char *name) {
    zt_kernel_table_ filled = {.name = NULL};
    const zt_kernel_table_ *table = find_(name);
    if (table != NULL) filled.name = table->name;
    for (; table != NULL; table = table->next) {
        ZT_KERNELS_(ZT_FILL_)
    }
    return filled;
}

static void one_hash_(size_t lines, size_t bits, const uint64_t *source, size_t stride, uint64_t *hashes) {
    (void)bits, (void)source, (void)stride;
    for (size_t i = 0; i < lines; i++) hashes[i] = UINT64_MAX;
}

static void two_hashes_(size_t lines, size_t bits, const uint64_t *source, size_t stride, uint64_t *hashes) {
    for (size_t i = 0; i < lines; i++) hashes[i] = bits == 0 ? 0 : source[i * stride] & 1;
}

size_t zt_distinct_lines_colliding(size_t lines, size_t bits, const uint64_t *source, size_t stride,
                                   size_t *first, size_t *workspace, int hashes) {
    return zt_distinct_lines_by_(lines, bits, source, stride, NULL, first, workspace,
                                 hashes == 1 ? one_hash_ : two_hashes_);
}

enum zt_cells_status zt_cells_of_tier(const char *name, const zt_cells_plan *plan, const double *functionals,
                                      int method, size_t first, size_t last, size_t budget,
                                      zt_cells_visit visit, zt_cells_progress progress, void *context,
                                      size_t *found, void *workspace) {
    const zt_cells_choice_ choice = {name == NULL ? NULL : find_(name), functionals, method};
    return zt_cells_with_(plan, &choice, first, last, budget, visit, progress, context, found, workspace);
}

uint64_t zt_float_control(void) {
#if defined(__x86_64__)
    return _mm_getcsr() & ~(uint64_t)0x3f;
#elif defined(__aarch64__)
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    return control;
#else
    return 0;
#endif
}

#define ZT_NAME_(kernel) #kernel,

const char *zt_kernel_name(size_t index) {
    static const char *const names[] = {ZT_KERNELS_(ZT_NAME_) NULL};
    return index < sizeof names / sizeof *names ? names[index] : NULL;
}
