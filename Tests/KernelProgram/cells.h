/* The search for cells by the kernels of a tier, against the same by the reference. */
#ifndef ZT_KERNEL_PROGRAM_CELLS_H
#define ZT_KERNEL_PROGRAM_CELLS_H

#include <stddef.h>

/* How many cells differ, over some arrangements; *cells: how many were compared. */
size_t compare_cells(const char *tier, size_t *cells);

#endif
