/* The masked products as the differential tests call them. */
#include "differential.h"

#include "zonotope/masked.h"

static size_t forward_terms_(const zt_shape *s) {
    return s->d * s->p;
}

static size_t adjoint_terms_(const zt_shape *s) {
    return s->n;
}

/* Letters: k numbers of a block, f and a workspaces. Arguments in the order of the tables below. */
#define RUNS_(suffix)                                                                                        \
    static zt_masked_##suffix map_##suffix##_(const zt_shape *s, const zt_array *a) {                        \
        zt_masked_##suffix map = {.samples = s->n, .features = s->d, .patterns = s->p, .outputs = s->c};     \
        if (a == NULL) return map;                                                                           \
        map.x = a[0].suffix;                                                                                 \
        map.x_stride = a[0].stride;                                                                          \
        map.on = *a[1].suffix;                                                                               \
        map.off = *a[2].suffix;                                                                              \
        return map;                                                                                          \
    }                                                                                                        \
    static size_t size_##suffix##_(const zt_shape *s, char letter) {                                         \
        zt_masked_##suffix map = map_##suffix##_(s, NULL);                                                   \
        if (letter == 'k') return s->c * s->d;                                                               \
        return letter == 'f' ? zt_masked_forward_##suffix##_workspace(&map)                                  \
                             : zt_masked_adjoint_##suffix##_workspace(&map);                                 \
    }                                                                                                        \
    static void forward_##suffix##_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {   \
        zt_masked_##suffix map = map_##suffix##_(s, a);                                                      \
        map.sample_bits = a[3].bits;                                                                         \
        map.sample_bit_stride = a[3].stride;                                                                 \
        table->masked_forward_##suffix(&map, 0, s->n, a[4].suffix, a[4].stride, a[5].suffix, a[5].stride,    \
                                       a[6].suffix);                                                         \
    }                                                                                                        \
    static void adjoint_##suffix##_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {   \
        zt_masked_##suffix map = map_##suffix##_(s, a);                                                      \
        map.pattern_bits = a[3].bits;                                                                        \
        map.pattern_bit_stride = a[3].stride;                                                                \
        table->masked_adjoint_##suffix(&map, 0, s->p, a[4].suffix, a[4].stride, a[5].suffix, a[5].stride,    \
                                       a[6].suffix);                                                         \
    }

/* Every other run is one of gates, which have kernels of their own. */
#define PREPARE_(suffix)                                                                                     \
    static void prepare_##suffix##_(const zt_shape *s, zt_array *a, uint64_t *random) {                      \
        (void)s;                                                                                             \
        if (zt_random(random) >> 63) *a[2].suffix = 0;                                                       \
    }

RUNS_(f64)
RUNS_(f32)
PREPARE_(f64)
PREPARE_(f32)

#define CASES_(KIND, suffix)                                                                                 \
    {                                                                                                        \
        .name = "masked_forward_" #suffix,                                                                   \
        .arguments = {{"x", KIND, ZT_IN, 'n', 'd', 0, 0},                                                    \
                      {"on", KIND, ZT_FINITE, '1', '1', 0, 0},                                               \
                      {"off", KIND, ZT_FINITE, '1', '1', 0, 0},                                              \
                      {"sample_bits", ZT_BITS, ZT_IN, 'n', 'p', 0, 0},                                       \
                      {"u", KIND, ZT_IN, 'p', 'k', 0, 0},                                                    \
                      {"f", KIND, ZT_OUT, 'n', 'c', 0, 0},                                                   \
                      {"workspace", KIND, ZT_WORKSPACE, '1', 'f', 0, 0}},                                    \
        .run = forward_##suffix##_,                                                                          \
        .size = size_##suffix##_,                                                                            \
        .terms = forward_terms_,                                                                             \
        .prepare = prepare_##suffix##_,                                                                      \
        .sweep = "ndpc",                                                                                     \
        .large = large_,                                                                                     \
    },                                                                                                       \
    {                                                                                                        \
        .name = "masked_adjoint_" #suffix,                                                                   \
        .arguments = {{"x", KIND, ZT_IN, 'n', 'd', 0, 0},                                                    \
                      {"on", KIND, ZT_FINITE, '1', '1', 0, 0},                                               \
                      {"off", KIND, ZT_FINITE, '1', '1', 0, 0},                                              \
                      {"pattern_bits", ZT_BITS, ZT_IN, 'p', 'n', 0, 0},                                      \
                      {"r", KIND, ZT_IN, 'n', 'c', 0, 0},                                                    \
                      {"g", KIND, ZT_OUT, 'p', 'k', 0, 0},                                                   \
                      {"workspace", KIND, ZT_WORKSPACE, '1', 'a', 0, 0}},                                    \
        .run = adjoint_##suffix##_, .size = size_##suffix##_, .terms = adjoint_terms_,                       \
        .prepare = prepare_##suffix##_, .sweep = "ndpc", .large = large_,                                    \
    }

/* Beyond the tiles of every kernel: tables, one pattern, lanes, tiles and direct sums. */
static const zt_shape large_[] = {{1100, 9, 70, 1}, {70, 9, 1100, 1}, {130, 33, 257, 2}, {1100, 3, 1, 1},
                                  {300, 40, 1, 2},  {600, 10, 30, 1}, {16, 3, 1100, 1},  {90, 33, 8, 2},
                                  {300, 10, 8, 1},  {300, 120, 5, 1}, {0, 0, 0, 0}};

const zt_kernel_case zt_masked_cases[] = {CASES_(ZT_F64, f64), CASES_(ZT_F32, f32), {.name = NULL}};
