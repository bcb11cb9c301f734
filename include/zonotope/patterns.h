/* Patterns as lines of bits: signs packed, transposed, hashed, compared and counted. See zonotope.h. */
#ifndef ZONOTOPE_PATTERNS_H
#define ZONOTOPE_PATTERNS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Bit k of pattern line i = 1 where x_k . g_i >= 0.
 *   x (n, d), gates (p, d), bits p lines of n bits.
 * The sign is that of the exact real product of the numbers as they are stored: products too close to zero for their
 * rounding error are evaluated again without rounding, so all kernel tiers agree bit for bit, and so do the float
 * and the double version on the same floats. (In double: exact as long as no partial product of a row and a gate, each
 * scaled to a largest entry of 1, underflows.) A NaN product gives bit 0.
 * To share the work cut it over gates (ranges of gates and bits), or over samples at multiples of 64: the rows from k
 * on belong to words k / 64 on.
 * Cost: 2 n d p flops, and n d + p d for the norms of the error bound. In float about d / 10^6 of random products are
 * evaluated again, in double.
 */
void zt_pack_signs_f64(size_t n, size_t d, size_t p, const double *x, size_t x_stride, const double *gates,
                       size_t gate_stride, uint64_t *bits, size_t bit_stride, double *workspace);
size_t zt_pack_signs_f64_workspace(size_t n, size_t d, size_t p);
void zt_pack_signs_f32(size_t n, size_t d, size_t p, const float *x, size_t x_stride, const float *gates,
                       size_t gate_stride, uint64_t *bits, size_t bit_stride, float *workspace);
size_t zt_pack_signs_f32_workspace(size_t n, size_t d, size_t p);

/* The same, and hashes[i] = the hash of line i as zt_hash_lines defines it, made on the way. Workspaces as above. To share
 * the work cut it over gates: a hash is that of a whole line. */
void zt_pack_hashed_signs_f64(size_t n, size_t d, size_t p, const double *x, size_t x_stride,
                              const double *gates, size_t gate_stride, uint64_t *bits, size_t bit_stride,
                              uint64_t *hashes, double *workspace);
void zt_pack_hashed_signs_f32(size_t n, size_t d, size_t p, const float *x, size_t x_stride,
                              const float *gates, size_t gate_stride, uint64_t *bits, size_t bit_stride,
                              uint64_t *hashes, float *workspace);

/* Bit i of destination line j = bit j of source line i. source: lines of bits each; destination: bits lines. */
void zt_transpose_bits(size_t lines, size_t bits, const uint64_t *source, size_t source_stride,
                       uint64_t *destination, size_t destination_stride);

/* A 64-bit hash of every line: equal lines have equal hashes on every machine and in every tier. */
void zt_hash_lines(size_t lines, size_t bits, const uint64_t *source, size_t stride, uint64_t *hashes);

/*
 * first[i] = the smallest index of a line equal to line i, so first[i] == i marks the distinct ones.
 * Returns the number of distinct lines. Equal hashes are compared word by word: collisions cost time only.
 * workspace: zt_distinct_lines_workspace(lines) elements of size_t. Cost: O(lines * words).
 */
size_t zt_distinct_lines(size_t lines, size_t bits, const uint64_t *source, size_t stride, size_t *first,
                         size_t *workspace);
size_t zt_distinct_lines_workspace(size_t lines);

/* The same from hashes that are there already, whatever made them: equal lines must have equal ones. */
size_t zt_distinct_hashed_lines(size_t lines, size_t bits, const uint64_t *source, size_t stride,
                                const uint64_t *hashes, size_t *first, size_t *workspace);

/*
 * k_ab *= (number of patterns that select both a and b), for a in [row0, row1) and b <= a: the lower triangle
 * of (M M') o K. With K = X X' this is sum_i A_i A_i', A_i = D_i X.
 *   sample_bits n lines of p bits, k (n, n). Cost: n^2 p / 128 word operations for all rows. Ranges of rows are
 * independent. Best called for a band of rows as soon as it is made, while it is in the cache.
 */
void zt_hadamard_gram_f64(size_t row0, size_t row1, size_t p, const uint64_t *sample_bits, size_t bit_stride,
                          double *k, size_t k_stride);
void zt_hadamard_gram_f32(size_t row0, size_t row1, size_t p, const uint64_t *sample_bits, size_t bit_stride,
                          float *k, size_t k_stride);

/*
 * The same with a weight for each pattern: k_ab *= sum of weights[i] over the patterns i that select both a and b, the
 * lower triangle of (M W M') o K. weights (p), none negative, in double for both.
 * The sums are added in an order that no tier changes, so that tiers agree bit for bit: four consecutive patterns
 * first, ((w_0 + w_1) + (w_2 + w_3)) of those selected, then these in ascending order. A NaN or infinite weight reaches
 * exactly the pairs that select it. Cost: n^2 p / 8 additions for all rows.
 */
void zt_weighted_hadamard_gram_f64(size_t row0, size_t row1, size_t p, const uint64_t *sample_bits,
                                   size_t bit_stride, const double *weights, double *k, size_t k_stride,
                                   double *workspace);
void zt_weighted_hadamard_gram_f32(size_t row0, size_t row1, size_t p, const uint64_t *sample_bits,
                                   size_t bit_stride, const double *weights, float *k, size_t k_stride,
                                   double *workspace);
size_t zt_weighted_hadamard_gram_workspace(size_t p);

#ifdef __cplusplus
}
#endif

#endif
