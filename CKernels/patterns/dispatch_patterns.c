/* The public functions of zonotope/patterns.h that have a version for each instruction set. */
#include "zonotope/patterns.h"

#include "dispatch.h"
#include "workspace.h"

ZT_PATTERN_KERNELS_(ZT_FIND_)

void zt_pack_signs_f64(size_t n, size_t d, size_t p, const double *x, size_t x_stride, const double *gates,
                       size_t gate_stride, uint64_t *bits, size_t bit_stride, double *workspace) {
    KERNEL_(pack_signs_f64)(n, d, p, x, x_stride, gates, gate_stride, bits, bit_stride, NULL, workspace);
}

void zt_pack_signs_f32(size_t n, size_t d, size_t p, const float *x, size_t x_stride, const float *gates,
                       size_t gate_stride, uint64_t *bits, size_t bit_stride, float *workspace) {
    KERNEL_(pack_signs_f32)(n, d, p, x, x_stride, gates, gate_stride, bits, bit_stride, NULL, workspace);
}

void zt_pack_hashed_signs_f64(size_t n, size_t d, size_t p, const double *x, size_t x_stride,
                              const double *gates, size_t gate_stride, uint64_t *bits, size_t bit_stride,
                              uint64_t *hashes, double *workspace) {
    KERNEL_(pack_signs_f64)(n, d, p, x, x_stride, gates, gate_stride, bits, bit_stride, hashes, workspace);
}

void zt_pack_hashed_signs_f32(size_t n, size_t d, size_t p, const float *x, size_t x_stride,
                              const float *gates, size_t gate_stride, uint64_t *bits, size_t bit_stride,
                              uint64_t *hashes, float *workspace) {
    KERNEL_(pack_signs_f32)(n, d, p, x, x_stride, gates, gate_stride, bits, bit_stride, hashes, workspace);
}

size_t zt_pack_signs_f64_workspace(size_t n, size_t d, size_t p) {
    (void)n;
    return zt_sign_workspace_(d, p, sizeof(double));
}

size_t zt_pack_signs_f32_workspace(size_t n, size_t d, size_t p) {
    (void)n;
    return zt_sign_workspace_(d, p, sizeof(float));
}

void zt_transpose_bits(size_t lines, size_t bits, const uint64_t *source, size_t source_stride,
                       uint64_t *destination, size_t destination_stride) {
    KERNEL_(transpose_bits)(lines, bits, source, source_stride, destination, destination_stride);
}

void zt_hash_lines(size_t lines, size_t bits, const uint64_t *source, size_t stride, uint64_t *hashes) {
    KERNEL_(hash_lines)(lines, bits, source, stride, hashes);
}

size_t zt_distinct_lines(size_t lines, size_t bits, const uint64_t *source, size_t stride, size_t *first,
                         size_t *workspace) {
    return zt_distinct_lines_by_(lines, bits, source, stride, NULL, first, workspace, KERNEL_(hash_lines));
}

size_t zt_distinct_hashed_lines(size_t lines, size_t bits, const uint64_t *source, size_t stride,
                                const uint64_t *hashes, size_t *first, size_t *workspace) {
    return zt_distinct_lines_by_(lines, bits, source, stride, hashes, first, workspace, NULL);
}

void zt_hadamard_gram_f64(size_t row0, size_t row1, size_t p, const uint64_t *sample_bits, size_t bit_stride,
                          double *k, size_t k_stride) {
    KERNEL_(hadamard_gram_f64)(row0, row1, p, sample_bits, bit_stride, k, k_stride);
}

void zt_hadamard_gram_f32(size_t row0, size_t row1, size_t p, const uint64_t *sample_bits, size_t bit_stride,
                          float *k, size_t k_stride) {
    KERNEL_(hadamard_gram_f32)(row0, row1, p, sample_bits, bit_stride, k, k_stride);
}

void zt_weighted_hadamard_gram_f64(size_t row0, size_t row1, size_t p, const uint64_t *sample_bits,
                                   size_t bit_stride, const double *weights, double *k, size_t k_stride,
                                   double *workspace) {
    KERNEL_(weighted_hadamard_gram_f64)
    (row0, row1, p, sample_bits, bit_stride, weights, k, k_stride, workspace);
}

void zt_weighted_hadamard_gram_f32(size_t row0, size_t row1, size_t p, const uint64_t *sample_bits,
                                   size_t bit_stride, const double *weights, float *k, size_t k_stride,
                                   double *workspace) {
    KERNEL_(weighted_hadamard_gram_f32)
    (row0, row1, p, sample_bits, bit_stride, weights, k, k_stride, workspace);
}

size_t zt_weighted_hadamard_gram_workspace(size_t p) {
    return zt_weight_workspace_(p);
}
