/* The masked products as the differential tests call them. */
#include "differential.h"

#include "zonotope/kernels.h"
#include "zonotope/masked.h"

/* A map with its bits in one order; slopes by the number of outputs. None is negative, since the
 * reference on absolute values is to measure magnitudes. */
static zt_masked_f64 map_f64_(const zt_shape *s) {
    static const double off[] = {0, 0.125, 0.5};
    return (zt_masked_f64){.samples = s->n,
                           .features = s->d,
                           .patterns = s->p,
                           .outputs = s->c,
                           .on = 1,
                           .off = off[(s->c + 2) % 3]};
}

static void forward_f64_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {
    zt_masked_f64 map = map_f64_(s);
    map.x = a[0].f64, map.x_stride = a[0].stride;
    map.sample_bits = a[1].bits, map.sample_bit_stride = a[1].stride;
    table->masked_forward_f64(&map, 0, s->n, a[2].f64, a[2].stride, a[3].f64, a[3].stride, a[4].f64);
}

static void adjoint_f64_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {
    zt_masked_f64 map = map_f64_(s);
    map.x = a[0].f64, map.x_stride = a[0].stride;
    map.pattern_bits = a[1].bits, map.pattern_bit_stride = a[1].stride;
    table->masked_adjoint_f64(&map, 0, s->p, a[2].f64, a[2].stride, a[3].f64, a[3].stride, a[4].f64);
}

static zt_masked_f32 map_f32_(const zt_shape *s) {
    static const float off[] = {0, 0.125F, 0.5F};
    return (zt_masked_f32){.samples = s->n,
                           .features = s->d,
                           .patterns = s->p,
                           .outputs = s->c,
                           .on = 1,
                           .off = off[(s->c + 2) % 3]};
}

static void forward_f32_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {
    zt_masked_f32 map = map_f32_(s);
    map.x = a[0].f32, map.x_stride = a[0].stride;
    map.sample_bits = a[1].bits, map.sample_bit_stride = a[1].stride;
    table->masked_forward_f32(&map, 0, s->n, a[2].f32, a[2].stride, a[3].f32, a[3].stride, a[4].f32);
}

static void adjoint_f32_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {
    zt_masked_f32 map = map_f32_(s);
    map.x = a[0].f32, map.x_stride = a[0].stride;
    map.pattern_bits = a[1].bits, map.pattern_bit_stride = a[1].stride;
    table->masked_adjoint_f32(&map, 0, s->p, a[2].f32, a[2].stride, a[3].f32, a[3].stride, a[4].f32);
}

static size_t size_(const zt_shape *s, char letter) {
    zt_masked_f64 wide = map_f64_(s);
    zt_masked_f32 narrow = map_f32_(s);
    switch (letter) {
    case 'f':
        return zt_masked_forward_f64_workspace(&wide);
    case 'F':
        return zt_masked_forward_f32_workspace(&narrow);
    case 'a':
        return zt_masked_adjoint_f64_workspace(&wide);
    case 'A':
        return zt_masked_adjoint_f32_workspace(&narrow);
    default: /* Columns of a block. */
        return s->c * s->d;
    }
}

static size_t forward_terms_(const zt_shape *s) {
    return s->d * s->p;
}

static size_t adjoint_terms_(const zt_shape *s) {
    return s->n;
}

static const zt_shape large_[] = {
    {1100, 9, 70, 1}, {70, 9, 1100, 1}, {130, 33, 257, 2}, {300, 64, 300, 1}, {0, 0, 0, 0}};

const zt_kernel_case zt_masked_cases[] = {
    {
        .name = "masked_forward_f64",
        .arguments = {{"x", ZT_F64, ZT_IN, 'n', 'd', 0, 0},
                      {"sample_bits", ZT_BITS, ZT_IN, 'n', 'p', 0, 0},
                      {"u", ZT_F64, ZT_IN, 'p', 'b', 0, 0},
                      {"f", ZT_F64, ZT_OUT, 'n', 'c', 0, 0},
                      {"workspace", ZT_F64, ZT_WORKSPACE, '1', 'f', 0, 0}},
        .run = forward_f64_,
        .size = size_,
        .terms = forward_terms_,
        .sweep = "ndpc",
        .large = large_,
    },
    {
        .name = "masked_adjoint_f64",
        .arguments = {{"x", ZT_F64, ZT_IN, 'n', 'd', 0, 0},
                      {"pattern_bits", ZT_BITS, ZT_IN, 'p', 'n', 0, 0},
                      {"r", ZT_F64, ZT_IN, 'n', 'c', 0, 0},
                      {"g", ZT_F64, ZT_OUT, 'p', 'b', 0, 0},
                      {"workspace", ZT_F64, ZT_WORKSPACE, '1', 'a', 0, 0}},
        .run = adjoint_f64_,
        .size = size_,
        .terms = adjoint_terms_,
        .sweep = "ndpc",
        .large = large_,
    },
    {
        .name = "masked_forward_f32",
        .arguments = {{"x", ZT_F32, ZT_IN, 'n', 'd', 0, 0},
                      {"sample_bits", ZT_BITS, ZT_IN, 'n', 'p', 0, 0},
                      {"u", ZT_F32, ZT_IN, 'p', 'b', 0, 0},
                      {"f", ZT_F32, ZT_OUT, 'n', 'c', 0, 0},
                      {"workspace", ZT_F32, ZT_WORKSPACE, '1', 'F', 0, 0}},
        .run = forward_f32_,
        .size = size_,
        .terms = forward_terms_,
        .sweep = "ndpc",
        .large = large_,
    },
    {
        .name = "masked_adjoint_f32",
        .arguments = {{"x", ZT_F32, ZT_IN, 'n', 'd', 0, 0},
                      {"pattern_bits", ZT_BITS, ZT_IN, 'p', 'n', 0, 0},
                      {"r", ZT_F32, ZT_IN, 'n', 'c', 0, 0},
                      {"g", ZT_F32, ZT_OUT, 'p', 'b', 0, 0},
                      {"workspace", ZT_F32, ZT_WORKSPACE, '1', 'A', 0, 0}},
        .run = adjoint_f32_,
        .size = size_,
        .terms = adjoint_terms_,
        .sweep = "ndpc",
        .large = large_,
    },
    {.name = NULL},
};
