/* The masked products as the differential tests call them. */
#include "differential.h"

#include "zonotope/kernels.h"

static size_t size_(const zt_shape *s, char letter) {
    return letter == 'f' ? zt_masked_forward_f64_workspace(s->n, s->d, s->p)
                         : zt_masked_adjoint_f64_workspace(s->n, s->d, s->p);
}

static size_t forward_terms_(const zt_shape *s) {
    return s->d * s->p;
}

static size_t adjoint_terms_(const zt_shape *s) {
    return s->n;
}

static void forward_f64_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {
    table->masked_forward_f64(s->n, s->d, s->p, a[0].f64, a[0].stride, a[1].bits, a[1].stride, a[2].f64,
                              a[2].stride, a[3].f64, a[4].f64);
}

static void adjoint_f64_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {
    table->masked_adjoint_f64(s->n, s->d, s->p, a[0].f64, a[0].stride, a[1].bits, a[1].stride, a[2].f64,
                              a[3].f64, a[3].stride, a[4].f64);
}

static const zt_shape large_[] = {{1100, 9, 70, 1}, {70, 9, 1100, 1}, {130, 33, 257, 2}, {0, 0, 0, 0}};

const zt_kernel_case zt_masked_cases[] = {
    {
        .name = "masked_forward_f64",
        .arguments = {{"x", ZT_F64, ZT_IN, 'n', 'd', 0, 0},
                      {"sample_bits", ZT_BITS, ZT_IN, 'n', 'p', 0, 0},
                      {"u", ZT_F64, ZT_IN, 'p', 'd', 0, 0},
                      {"f", ZT_F64, ZT_OUT, '1', 'n', 0, 0},
                      {"workspace", ZT_F64, ZT_WORKSPACE, '1', 'f', 0, 0}},
        .run = forward_f64_,
        .size = size_,
        .terms = forward_terms_,
        .sweep = "ndp",
        .large = large_,
    },
    {
        .name = "masked_adjoint_f64",
        .arguments = {{"x", ZT_F64, ZT_IN, 'n', 'd', 0, 0},
                      {"pattern_bits", ZT_BITS, ZT_IN, 'p', 'n', 0, 0},
                      {"r", ZT_F64, ZT_IN, '1', 'n', 0, 0},
                      {"g", ZT_F64, ZT_OUT, 'p', 'd', 0, 0},
                      {"workspace", ZT_F64, ZT_WORKSPACE, '1', 'a', 0, 0}},
        .run = adjoint_f64_,
        .size = size_,
        .terms = adjoint_terms_,
        .sweep = "ndp",
        .large = large_,
    },
    {.name = NULL},
};
