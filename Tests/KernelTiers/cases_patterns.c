/* Kernels that make and count bits, as the differential tests call them. All tiers agree bit for bit. */
#include "differential.h"

#include "zonotope/patterns.h"

static size_t size_f64_(const zt_shape *s, char letter) {
    (void)letter;
    return zt_pack_signs_f64_workspace(s->n, s->d, s->p);
}

static size_t size_f32_(const zt_shape *s, char letter) {
    (void)letter;
    return zt_pack_signs_f32_workspace(s->n, s->d, s->p);
}

static size_t weight_size_(const zt_shape *s, char letter) {
    (void)letter;
    return zt_weighted_hadamard_gram_workspace(s->p);
}

static void pack_signs_f64_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {
    table->pack_signs_f64(s->n, s->d, s->p, a[0].f64, a[0].stride, a[1].f64, a[1].stride, a[2].bits,
                          a[2].stride, a[3].words, a[4].f64);
}

static void pack_signs_f32_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {
    table->pack_signs_f32(s->n, s->d, s->p, a[0].f32, a[0].stride, a[1].f32, a[1].stride, a[2].bits,
                          a[2].stride, a[3].words, a[4].f32);
}

static void transpose_bits_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {
    table->transpose_bits(s->n, s->p, a[0].bits, a[0].stride, a[1].bits, a[1].stride);
}

static void hash_lines_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {
    table->hash_lines(s->n, s->p, a[0].bits, a[0].stride, a[1].words);
}

static void hadamard_gram_f64_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {
    table->hadamard_gram_f64(0, s->n, s->p, a[0].bits, a[0].stride, a[1].f64, a[1].stride);
}

static void hadamard_gram_f32_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {
    table->hadamard_gram_f32(0, s->n, s->p, a[0].bits, a[0].stride, a[1].f32, a[1].stride);
}

static void weighted_hadamard_gram_f64_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {
    table->weighted_hadamard_gram_f64(0, s->n, s->p, a[0].bits, a[0].stride, a[1].f64, a[2].f64, a[2].stride,
                                      a[3].f64);
}

static void weighted_hadamard_gram_f32_(const zt_kernel_table_ *table, const zt_shape *s, const zt_array *a) {
    table->weighted_hadamard_gram_f32(0, s->n, s->p, a[0].bits, a[0].stride, a[1].f64, a[2].f32, a[2].stride,
                                      a[3].f64);
}

static const zt_shape large_[] = {{300, 33, 130, 1}, {1000, 3, 70, 1}, {70, 3, 5000, 1}, {0, 0, 0, 0}};

const zt_kernel_case zt_pattern_cases[] = {
    {
        .name = "pack_signs_f64",
        .arguments = {{"x", ZT_F64, ZT_IN, 'n', 'd', 0, 0},
                      {"gates", ZT_F64, ZT_IN, 'p', 'd', 0, 0},
                      {"bits", ZT_BITS, ZT_OUT, 'p', 'n', 0, 0},
                      {"hashes", ZT_WORD, ZT_OUT, '1', 'p', 0, 0},
                      {"workspace", ZT_F64, ZT_WORKSPACE, '1', 'w', 0, 0}},
        .run = pack_signs_f64_,
        .size = size_f64_,
        .sweep = "ndp",
        .large = large_,
    },
    {
        .name = "pack_signs_f32",
        .arguments = {{"x", ZT_F32, ZT_IN, 'n', 'd', 0, 0},
                      {"gates", ZT_F32, ZT_IN, 'p', 'd', 0, 0},
                      {"bits", ZT_BITS, ZT_OUT, 'p', 'n', 0, 0},
                      {"hashes", ZT_WORD, ZT_OUT, '1', 'p', 0, 0},
                      {"workspace", ZT_F32, ZT_WORKSPACE, '1', 'w', 0, 0}},
        .run = pack_signs_f32_,
        .size = size_f32_,
        .sweep = "ndp",
        .large = large_,
    },
    {
        .name = "transpose_bits",
        .arguments = {{"source", ZT_BITS, ZT_IN, 'n', 'p', 0, 0},
                      {"destination", ZT_BITS, ZT_OUT, 'p', 'n', 0, 0}},
        .run = transpose_bits_,
        .sweep = "np",
        .large = large_,
    },
    {
        .name = "hash_lines",
        .arguments = {{"source", ZT_BITS, ZT_IN, 'n', 'p', 0, 0},
                      {"hashes", ZT_WORD, ZT_OUT, '1', 'n', 0, 0}},
        .run = hash_lines_,
        .sweep = "np",
        .large = large_,
    },
    {
        .name = "hadamard_gram_f64",
        .arguments = {{"sample_bits", ZT_BITS, ZT_IN, 'n', 'p', 0, 0},
                      {"k", ZT_F64, ZT_INOUT, 'n', 'n', 0, 0}},
        .run = hadamard_gram_f64_,
        .sweep = "np",
        .large = large_,
    },
    {
        .name = "hadamard_gram_f32",
        .arguments = {{"sample_bits", ZT_BITS, ZT_IN, 'n', 'p', 0, 0},
                      {"k", ZT_F32, ZT_INOUT, 'n', 'n', 0, 0}},
        .run = hadamard_gram_f32_,
        .sweep = "np",
        .large = large_,
    },
    {
        .name = "weighted_hadamard_gram_f64",
        .arguments = {{"sample_bits", ZT_BITS, ZT_IN, 'n', 'p', 0, 0},
                      {"weights", ZT_F64, ZT_PARAMETER, '1', 'p', 0, 0},
                      {"k", ZT_F64, ZT_INOUT, 'n', 'n', 0, 0},
                      {"workspace", ZT_F64, ZT_WORKSPACE, '1', 'w', 0, 0}},
        .run = weighted_hadamard_gram_f64_,
        .size = weight_size_,
        .sweep = "np",
        .large = large_,
    },
    {
        .name = "weighted_hadamard_gram_f32",
        .arguments = {{"sample_bits", ZT_BITS, ZT_IN, 'n', 'p', 0, 0},
                      {"weights", ZT_F64, ZT_PARAMETER, '1', 'p', 0, 0},
                      {"k", ZT_F32, ZT_INOUT, 'n', 'n', 0, 0},
                      {"workspace", ZT_F64, ZT_WORKSPACE, '1', 'w', 0, 0}},
        .run = weighted_hadamard_gram_f32_,
        .size = weight_size_,
        .sweep = "np",
        .large = large_,
    },
    {.name = NULL},
};
