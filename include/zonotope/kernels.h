/* The kernels: bits from products, block norms and proximal steps. See zonotope.h. */
#ifndef ZONOTOPE_KERNELS_H
#define ZONOTOPE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Words of a line of bits. */
static inline size_t zt_words(size_t bits) {
    return bits / 64 + (bits % 64 != 0);
}

/* The name of the kernel table in use ("reference", "avx2", "avx512", "neon"), or NULL when ZT_ISA names one that this processor
 * or this build does not have; the reference table then serves. */
const char *zt_kernel_tier(void);

/* ------------------------------------------------------------------------------------------- patterns */

/*
 * Bit k of pattern line i = 1 where x_k . g_i >= 0.
 *   x (n, d), gates (p, d), bits p lines of n bits.
 * The sign is that of the exact real product of the doubles: products too close to zero for their rounding error
 * are evaluated again without rounding, so all kernel tiers agree bit for bit. (Exact as long as no partial
 * product of a row and a gate, each scaled to a largest entry of 1, underflows.) A NaN product gives bit 0.
 * Cost: 2 n d p flops, and n d + p d for the norms of the error bound.
 */
void zt_pack_signs_f64(size_t n, size_t d, size_t p, const double *x, size_t x_stride, const double *gates,
                       size_t gate_stride, uint64_t *bits, size_t bit_stride, double *workspace);
size_t zt_pack_signs_f64_workspace(size_t n, size_t d, size_t p);

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

/* --------------------------------------------------------------------------------- Hadamard Gram matrix */

/*
 * k_ab *= (number of patterns that select both a and b), for a in [row0, row1) and b <= a: the lower triangle
 * of (M M') o K. With K = X X' this is sum_i A_i A_i', A_i = D_i X.
 *   sample_bits n lines of p bits, k (n, n). Cost: n^2 p / 128 word operations for all rows.
 */
void zt_hadamard_gram_f64(size_t row0, size_t row1, size_t p, const uint64_t *sample_bits, size_t bit_stride,
                          double *k, size_t k_stride);

/* ----------------------------------------------------------------------------------- blocks and shrinkage */

/* norms[i] = ||g_i||_2, g (p, d). Plain sums of squares: entries beyond 1e154 overflow to infinity. */
void zt_block_norms_f64(size_t p, size_t d, const double *g, size_t g_stride, double *norms);

/*
 * Group soft-threshold: v_i = (1 - theta / ||t_i||) t_i where ||t_i|| > theta, else 0 (also for theta = 0 and
 * t_i = 0). t (p, d), v (p, d); v may be t itself with the same stride. theta >= 0.
 *   norms    p elements, ||v_i||; may be NULL.
 *   support  p elements of room; the indices of the blocks that survive, ascending; may be NULL.
 * Returns their number. A block with a NaN survives as NaN. Cost: one pass over t and v.
 */
size_t zt_group_shrink_f64(size_t p, size_t d, const double *t, size_t t_stride, double theta, double *v,
                           size_t v_stride, double *norms, size_t *support);

#ifdef __cplusplus
}
#endif

#endif
