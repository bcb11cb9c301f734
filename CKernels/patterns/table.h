/* Signatures of the kernels that make and count bits; meaning as in zonotope/patterns.h. Part of kernel_table.h. */
#ifndef ZT_PATTERNS_TABLE_H
#define ZT_PATTERNS_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* hashes may be NULL. */
typedef void zt_pack_signs_f64_fn_(size_t n, size_t d, size_t p, const double *x, size_t x_stride,
                                   const double *gates, size_t gate_stride, uint64_t *bits, size_t bit_stride,
                                   uint64_t *hashes, double *workspace);
typedef void zt_pack_signs_f32_fn_(size_t n, size_t d, size_t p, const float *x, size_t x_stride,
                                   const float *gates, size_t gate_stride, uint64_t *bits, size_t bit_stride,
                                   uint64_t *hashes, float *workspace);
typedef void zt_transpose_bits_fn_(size_t lines, size_t bits, const uint64_t *source, size_t source_stride,
                                   uint64_t *destination, size_t destination_stride);
typedef void zt_hash_lines_fn_(size_t lines, size_t bits, const uint64_t *source, size_t stride,
                               uint64_t *hashes);
typedef void zt_hadamard_gram_f64_fn_(size_t row0, size_t row1, size_t p, const uint64_t *sample_bits,
                                      size_t bit_stride, double *k, size_t k_stride);
typedef void zt_hadamard_gram_f32_fn_(size_t row0, size_t row1, size_t p, const uint64_t *sample_bits,
                                      size_t bit_stride, float *k, size_t k_stride);
typedef void zt_weighted_hadamard_gram_f64_fn_(size_t row0, size_t row1, size_t p,
                                               const uint64_t *sample_bits, size_t bit_stride,
                                               const double *weights, double *k, size_t k_stride,
                                               double *workspace);
typedef void zt_weighted_hadamard_gram_f32_fn_(size_t row0, size_t row1, size_t p,
                                               const uint64_t *sample_bits, size_t bit_stride,
                                               const double *weights, float *k, size_t k_stride,
                                               double *workspace);

#define ZT_PATTERN_KERNELS_(X)                                                                               \
    X(pack_signs_f64)                                                                                        \
    X(pack_signs_f32)                                                                                        \
    X(transpose_bits)                                                                                        \
    X(hash_lines)                                                                                            \
    X(hadamard_gram_f64)                                                                                     \
    X(hadamard_gram_f32)                                                                                     \
    X(weighted_hadamard_gram_f64)                                                                            \
    X(weighted_hadamard_gram_f32)

/* What each instruction set has of its own. */
#define ZT_PATTERN_KERNELS_AVX2_(X)                                                                          \
    X(pack_signs_f64, avx2)                                                                                  \
    X(pack_signs_f32, avx2)                                                                                  \
    X(transpose_bits, avx2)                                                                                  \
    X(hadamard_gram_f64, avx2)                                                                               \
    X(hadamard_gram_f32, avx2)                                                                               \
    X(weighted_hadamard_gram_f64, avx2)                                                                      \
    X(weighted_hadamard_gram_f32, avx2)

#define ZT_PATTERN_KERNELS_AVX512_(X)                                                                        \
    X(pack_signs_f64, avx512)                                                                                \
    X(pack_signs_f32, avx512)                                                                                \
    X(hash_lines, avx512)                                                                                    \
    X(weighted_hadamard_gram_f64, avx512)                                                                    \
    X(weighted_hadamard_gram_f32, avx512)

/* With population counts and byte permutations. */
#define ZT_PATTERN_KERNELS_AVX512_COUNTS_(X)                                                                 \
    X(transpose_bits, avx512_counts)                                                                         \
    X(hadamard_gram_f64, avx512_counts)                                                                      \
    X(hadamard_gram_f32, avx512_counts)

#define ZT_PATTERN_KERNELS_NEON_(X)                                                                          \
    X(pack_signs_f64, neon)                                                                                  \
    X(pack_signs_f32, neon)                                                                                  \
    X(transpose_bits, neon)                                                                                  \
    X(hadamard_gram_f64, neon)                                                                               \
    X(hadamard_gram_f32, neon)                                                                               \
    X(weighted_hadamard_gram_f64, neon)                                                                      \
    X(weighted_hadamard_gram_f32, neon)

#endif
