#ifndef ZT_CELL_ENUMERATE_H
#define ZT_CELL_ENUMERATE_H

#include "../kernel_table.h"
#include "cell_search.h"

#pragma GCC visibility push(hidden)

/* What tests choose otherwise: a table of kernels and functionals (rank, rank), NULL for those that are used, and how the
 * vertices of a line are found (enum zt_line_method_). Any functionals will do, which is shown with bad ones. */
typedef struct {
    const zt_kernel_table_ *table;
    const double *functionals;
    int method;
} zt_cells_choice_;

enum zt_cells_status zt_cells_with_(const zt_cells_plan *plan, const zt_cells_choice_ *choice, size_t first,
                                    size_t last, size_t budget, zt_cells_visit visit,
                                    zt_cells_progress progress, void *context, size_t *found,
                                    void *workspace);

#pragma GCC visibility pop

#endif
