/* What the tests of the kernels need and the library does not offer: every tier in one process. */
#ifndef ZT_KERNEL_TIERS_H
#define ZT_KERNEL_TIERS_H

#include "../../CKernels/kernel_table.h"
#include "zonotope/arrangements.h"

/* Whether this build and processor have the tier ("reference", "avx2", "avx512", "neon", and "avx512-base":
 * that of avx512 without population counts where the processor has both). */
int zt_has_tier(const char *name);

/* The functions that serve in a tier, its own or those of the tiers below; all NULL without the tier. */
zt_kernel_table_ zt_tier_table(const char *name);

/* The entries of a table by number, and NULL beyond the last. */
const char *zt_kernel_name(size_t index);

/* zt_distinct_lines where every line has the same hash, or one of two. */
size_t zt_distinct_lines_colliding(size_t lines, size_t bits, const uint64_t *source, size_t stride,
                                   size_t *first, size_t *workspace, int hashes);

/* zt_cells_f64 by the kernels of a tier (NULL: the one in use), with functionals (rank, rank) of the caller's choice
 * (NULL: those it draws). method: 0 the quicker, 1 rows compared with each other, 2 rows sorted along each line. */
enum zt_cells_status zt_cells_of_tier(const char *name, const zt_cells_plan *plan, const double *functionals,
                                      int method, size_t first, size_t last, size_t budget,
                                      zt_cells_visit visit, zt_cells_progress progress, void *context,
                                      size_t *found, void *workspace);

/* The rounding mode, masks and flush-to-zero bits of the processor, without the flags that operations raise.
 */
uint64_t zt_float_control(void);

#endif
