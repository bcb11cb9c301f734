#ifndef ZT_CELL_ENUMERATE_H
#define ZT_CELL_ENUMERATE_H

#include "../kernel_table.h"
#include "cell_search.h"

#pragma GCC visibility push(hidden)

/* zt_cells_f64 with a table of kernels, and functionals (rank, rank) instead of random ones: any will do,
 * which is what tests show with bad ones. NULL chooses. */
enum zt_cells_status zt_cells_with_(const zt_cells_plan *plan, const zt_kernel_table_ *table,
                                    const double *functionals, size_t first, size_t last, size_t budget,
                                    zt_cells_visit visit, zt_cells_progress progress, void *context,
                                    size_t *found, void *workspace);

#pragma GCC visibility pop

#endif
