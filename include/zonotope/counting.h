/*
 * The number of open cells of the central arrangement {x_k . w = 0}, without listing them, for rows of any
 * rank. See zonotope.h for the conventions.
 *
 * Deletion and restriction (Zaslavsky 1975): c(A) = c(A without h) + c(A restricted to h). Unrolled over the
 * rows beyond a basis, with coordinates in that basis,
 *     c(A) = 2^r + sum_j c({rows before j} restricted to row j),
 * where restricted rows on the same line are merged; rank 2 is 2 times the number of lines. Terms are
 * independent, so the caller may share them between threads.
 *
 * Exact for the real numbers that the doubles hold: rows are residues modulo primes whose product exceeds every
 * minor of the rows (Hadamard's bound), so a minor vanishes exactly if all its residues do. A prime that divides
 * a minor which does not vanish shows as a zero in one residue beside a non-zero in another; it is reported, to
 * be replaced, before it can falsify the count.
 *
 *   1. zt_count_primes_f64    how many primes; take them from zt_prime_below
 *   2. zt_count_prepare_f64   rank, basis, distinct hyperplanes, their residues
 *   3. zt_count_term          the terms of the sum
 *
 * Workspaces are counted in bytes here, and must be aligned for uint64_t.
 */
#ifndef ZONOTOPE_COUNTING_H
#define ZONOTOPE_COUNTING_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a part of a count ended. More values may be added. */
enum zt_count_status {
    ZT_COUNT_COMPLETE = 0,
    /* The callback asked to stop. */
    ZT_COUNT_STOPPED = 1,
    /* The number does not fit into 64 bits. */
    ZT_COUNT_OVERFLOW = 2,
    /* A prime divides a minor that does not vanish: replace the one reported, and prepare again. */
    ZT_COUNT_PRIME = 3
};

/* Called every few tens of thousands of restricted rows; non-zero stops. */
typedef int (*zt_count_progress)(void *context);

/* The largest prime below `limit`; 0 when there is no odd one. Any limit up to 2^62. Cost: tens of microseconds. */
uint64_t zt_prime_below(uint64_t limit);

/*
 * How many primes of at least 2^prime_bits exceed, multiplied, every minor of order up to `order` of the rows,
 * once rows or columns are scaled by powers of two to small integers. x (n, d) finite; 1 <= prime_bits <= 61.
 * Cost: two passes over x.
 */
size_t zt_count_primes_f64(size_t n, size_t d, const double *x, size_t x_stride, size_t order,
                           size_t prime_bits);

/*
 * The rank of the rows and their distinct hyperplanes beyond a basis.
 *   x       (n, d), finite.
 *   primes  `count` different odd primes below 2^62; enough for order min(n, d) by zt_count_primes_f64.
 *   rank    the rank r.
 *   others  the number of hyperplanes that are none of the r of the basis.
 *   lines   room for count * n * min(n, d) numbers: the residues of these rows in the coordinates of the basis,
 *           count blocks of (others, r).
 *   bad     with ZT_COUNT_PRIME: the index of the prime to replace.
 * Returns ZT_COUNT_COMPLETE or ZT_COUNT_PRIME. Cost: O(count n d r) multiplications.
 */
enum zt_count_status zt_count_prepare_f64(size_t n, size_t d, const double *x, size_t x_stride, size_t count,
                                          const uint64_t *primes, size_t *rank, size_t *others,
                                          uint64_t *lines, size_t *bad, void *workspace);
size_t zt_count_prepare_f64_workspace(size_t n, size_t d, size_t count);

/*
 * Term j of the sum, 0 <= j < others: the cells of the basis and the lines before line j, restricted to line j.
 * The number of cells is 2^rank plus all terms.
 *   rank, others, lines, primes from zt_count_prepare_f64; rank >= 2 (others is 0 below).
 *   used    how many of the primes to work with: as many as zt_count_primes_f64 asks for order `rank`. With fewer
 *           the sum is a lower bound (the residues are a weak map image of the arrangement, Lucas 1975), and
 *           exact where it reaches the bound of Cover.
 *   cells   the term; meaningful with ZT_COUNT_COMPLETE only.
 * Cost: about C(j + rank - 2, rank - 2) restricted rows in general position, fewer where rows merge.
 */
enum zt_count_status zt_count_term(size_t rank, size_t others, const uint64_t *lines, size_t used,
                                   const uint64_t *primes, size_t j, zt_count_progress progress,
                                   void *context, uint64_t *cells, size_t *bad, void *workspace);
size_t zt_count_term_workspace(size_t rank, size_t others, size_t used);

#ifdef __cplusplus
}
#endif

#endif
