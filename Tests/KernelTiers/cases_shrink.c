/* Norms and proximal steps as the differential tests call them. */
#include "differential.h"

#include "zonotope/shrink.h"

#include <math.h>

static size_t block_terms_(const zt_shape *s) {
    return s->d + 4;
}

static size_t one_term_(const zt_shape *s) {
    (void)s;
    return 1;
}

/* What lies beyond the last survivor in `support` is anybody's: filled here, so that tiers can be compared. */
static void finish_support_(size_t survivors, const zt_array *support, const zt_array *count) {
    for (size_t i = survivors; i < support->columns; i++) support->index[i] = 0;
    *count->index = survivors;
}

#define RUNS_(suffix)                                                                                        \
    static void block_norms_##suffix##_(const zt_kernel_table_ *table, const zt_shape *s,                    \
                                        const zt_array *a) {                                                 \
        table->block_norms_##suffix(s->p, s->d, a[0].suffix, a[0].stride, a[1].suffix);                      \
    }                                                                                                        \
    static void group_shrink_##suffix##_(const zt_kernel_table_ *table, const zt_shape *s,                   \
                                         const zt_array *a) {                                                \
        finish_support_(table->group_shrink_##suffix(s->p, s->d, a[0].suffix, a[0].stride, *a[1].suffix,     \
                                                     a[2].suffix, a[2].stride, a[3].suffix, a[4].index),     \
                        &a[4], &a[5]);                                                                       \
    }                                                                                                        \
    static void sparse_group_shrink_##suffix##_(const zt_kernel_table_ *table, const zt_shape *s,            \
                                                const zt_array *a) {                                         \
        finish_support_(table->sparse_group_shrink_##suffix(s->p, s->d, a[0].suffix, a[0].stride,            \
                                                            *a[1].suffix, *a[6].suffix, a[2].suffix,         \
                                                            a[2].stride, a[3].suffix, a[4].index),           \
                        &a[4], &a[5]);                                                                       \
    }                                                                                                        \
    static void soft_threshold_##suffix##_(const zt_kernel_table_ *table, const zt_shape *s,                 \
                                           const zt_array *a) {                                              \
        finish_support_(                                                                                     \
            table->soft_threshold_##suffix(s->d, a[0].suffix, *a[1].suffix, a[2].suffix, a[3].index), &a[3], \
            &a[4]);                                                                                          \
    }                                                                                                        \
    static void simplex_rows_##suffix##_(const zt_kernel_table_ *table, const zt_shape *s,                   \
                                         const zt_array *a) {                                                \
        *a[4].index = table->simplex_rows_##suffix(s->p, s->d, a[0].suffix, a[0].stride, *a[1].suffix,       \
                                                   a[2].suffix, a[2].stride, a[3].index);                    \
    }                                                                                                        \
    /* An entry of the answer errs as the largest of its row and the radius do. */                           \
    static void measure_simplex_##suffix##_(const zt_kernel_table_ *table, const zt_shape *s, zt_array *a) { \
        (void)table, (void)s;                                                                                \
        for (size_t i = 0; i < a[0].rows; i++) {                                                             \
            double size = fabs((double)*a[1].suffix);                                                        \
            for (size_t c = 0; c < a[0].columns; c++)                                                        \
                size = fmax(size, fabs((double)a[0].suffix[i * a[0].stride + c]));                           \
            for (size_t c = 0; c < a[2].columns; c++) a[2].suffix[i * a[2].stride + c] = size;               \
        }                                                                                                    \
    }

RUNS_(f64)
RUNS_(f32)

static size_t features_(const zt_shape *s) {
    return s->d;
}

static void most_violated_f64_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {
    *a[4].index = table->most_violated_f64(s->n, s->d, a[0].f64, a[0].stride, a[1].bits, a[2].f64, a[3].f64);
}

/* The least product errs as the one with the largest terms does. */
static void measure_most_violated_(const zt_kernel_table_ *table, const zt_shape *s, zt_array *a) {
    (void)table;
    *a[3].f64 = 0;
    for (size_t k = 0; k < s->n; k++) {
        double sum = 0;
        for (size_t j = 0; j < s->d; j++) sum += fabs(a[2].f64[j] * a[0].f64[j * a[0].stride + k]);
        *a[3].f64 = fmax(*a[3].f64, sum);
    }
}

#define CASES_(KIND, suffix)                                                                                 \
    {                                                                                                        \
        .name = "block_norms_" #suffix,                                                                      \
        .arguments = {{"g", KIND, ZT_IN, 'p', 'd', 0, 0}, {"norms", KIND, ZT_OUT, '1', 'p', 0, 0}},          \
        .run = block_norms_##suffix##_,                                                                      \
        .terms = block_terms_,                                                                               \
        .sweep = "pd",                                                                                       \
        .large = large_,                                                                                     \
    },                                                                                                       \
        {                                                                                                    \
            .name = "group_shrink_" #suffix,                                                                 \
            .arguments = {{"t", KIND, ZT_IN, 'p', 'd', 0, 0},                                                \
                          {"theta", KIND, ZT_PARAMETER, '1', '1', 0, 0},                                     \
                          {"v", KIND, ZT_OUT, 'p', 'd', 0, 1},                                               \
                          {"norms", KIND, ZT_OUT, '1', 'p', 0, 0},                                           \
                          {"support", ZT_INDEX, ZT_OUT, '1', 'p', 0, 0},                                     \
                          {"survivors", ZT_INDEX, ZT_OUT, '1', '1', 0, 0}},                                  \
            .run = group_shrink_##suffix##_,                                                                 \
            .terms = block_terms_,                                                                           \
            .sweep = "pd",                                                                                   \
            .large = large_,                                                                                 \
        },                                                                                                   \
        {                                                                                                    \
            .name = "sparse_group_shrink_" #suffix,                                                          \
            .arguments = {{"t", KIND, ZT_IN, 'p', 'd', 0, 0},                                                \
                          {"theta1", KIND, ZT_PARAMETER, '1', '1', 0, 0},                                    \
                          {"v", KIND, ZT_OUT, 'p', 'd', 0, 1},                                               \
                          {"norms", KIND, ZT_OUT, '1', 'p', 0, 0},                                           \
                          {"support", ZT_INDEX, ZT_OUT, '1', 'p', 0, 0},                                     \
                          {"survivors", ZT_INDEX, ZT_OUT, '1', '1', 0, 0},                                   \
                          {"theta2", KIND, ZT_PARAMETER, '1', '1', 0, 0}},                                   \
            .run = sparse_group_shrink_##suffix##_,                                                          \
            .terms = block_terms_,                                                                           \
            .sweep = "pd",                                                                                   \
            .large = large_,                                                                                 \
        },                                                                                                   \
        {                                                                                                    \
            .name = "soft_threshold_" #suffix,                                                               \
            .arguments = {{"t", KIND, ZT_IN, '1', 'd', 0, 0},                                                \
                          {"theta", KIND, ZT_PARAMETER, '1', '1', 0, 0},                                     \
                          {"v", KIND, ZT_OUT, '1', 'd', 0, 1},                                               \
                          {"support", ZT_INDEX, ZT_OUT, '1', 'd', 0, 0},                                     \
                          {"survivors", ZT_INDEX, ZT_OUT, '1', '1', 0, 0}},                                  \
            .run = soft_threshold_##suffix##_,                                                               \
            .terms = one_term_,                                                                              \
            .sweep = "d",                                                                                    \
            .large = large_,                                                                                 \
        },                                                                                                   \
    {                                                                                                        \
        .name = "simplex_rows_" #suffix,                                                                     \
        .arguments = {{"t", KIND, ZT_IN, 'p', 'd', 0, 0},                                                    \
                      {"radius", KIND, ZT_PARAMETER, '1', '1', 0, 0},                                        \
                      {"v", KIND, ZT_OUT, 'p', 'd', 0, 1},                                                   \
                      {"support", ZT_INDEX, ZT_OUT, '1', 'p', 0, 0},                                         \
                      {"positive", ZT_INDEX, ZT_OUT, '1', '1', 0, 0}},                                       \
        .run = simplex_rows_##suffix##_, .terms = block_terms_, .measure = measure_simplex_##suffix##_,      \
        .sweep = "pd", .large = large_,                                                                      \
    }

static const zt_shape large_[] = {{1, 300, 50, 1}, {1, 1000, 3, 1}, {0, 0, 0, 0}};

static const zt_shape tall_[] = {{1000, 7, 1, 1}, {4099, 3, 1, 1}, {0, 0, 0, 0}};

const zt_kernel_case zt_shrink_cases[] = {
    CASES_(ZT_F64, f64),
    CASES_(ZT_F32, f32),
    {
        .name = "most_violated_f64",
        .arguments = {{"columns", ZT_F64, ZT_IN, 'd', 'n', 0, 0},
                      {"pattern", ZT_BITS, ZT_IN, '1', 'n', 0, 0},
                      {"v", ZT_F64, ZT_IN, '1', 'd', 0, 0},
                      {"value", ZT_F64, ZT_OUT, '1', '1', 0, 0},
                      {"worst", ZT_INDEX, ZT_OUT, '1', '1', 0, 0}},
        .run = most_violated_f64_,
        .terms = features_,
        .measure = measure_most_violated_,
        .sweep = "nd",
        .large = tall_,
    },
    {.name = NULL},
};
