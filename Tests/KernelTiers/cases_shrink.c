/* Norms and proximal steps as the differential tests call them. */
#include "differential.h"

#include "zonotope/kernels.h"

static size_t block_terms_(const zt_shape *s) {
    return s->d + 4;
}

static void block_norms_f64_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {
    table->block_norms_f64(s->p, s->d, a[0].f64, a[0].stride, a[1].f64);
}

/* What lies beyond the last survivor in `support` is anybody's: filled here, so that tiers can be compared. */
static void finish_support_(size_t survivors, size_t room, size_t *support, size_t *count) {
    for (size_t i = survivors; i < room; i++) support[i] = 0;
    *count = survivors;
}

static void group_shrink_f64_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {
    size_t survivors = table->group_shrink_f64(s->p, s->d, a[0].f64, a[0].stride, *a[1].f64, a[2].f64,
                                               a[2].stride, a[3].f64, a[4].index);
    finish_support_(survivors, s->p, a[4].index, a[5].index);
}

const zt_kernel_case zt_shrink_cases[] = {
    {
        .name = "block_norms_f64",
        .arguments = {{"g", ZT_F64, ZT_IN, 'p', 'd', 0, 0}, {"norms", ZT_F64, ZT_OUT, '1', 'p', 0, 0}},
        .run = block_norms_f64_,
        .terms = block_terms_,
        .sweep = "pd",
    },
    {
        .name = "group_shrink_f64",
        .arguments = {{"t", ZT_F64, ZT_IN, 'p', 'd', 0, 0},
                      {"theta", ZT_F64, ZT_PARAMETER, '1', '1', 0, 0},
                      {"v", ZT_F64, ZT_OUT, 'p', 'd', 0, 1},
                      {"norms", ZT_F64, ZT_OUT, '1', 'p', 0, 0},
                      {"support", ZT_INDEX, ZT_OUT, '1', 'p', 0, 0},
                      {"survivors", ZT_INDEX, ZT_OUT, '1', '1', 0, 0}},
        .run = group_shrink_f64_,
        .terms = block_terms_,
        .sweep = "pd",
    },
    {.name = NULL},
};
