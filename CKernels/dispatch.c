/* The name of the tier in use. */
#include "zonotope/kernels.h"

#include "kernel_table.h"

const char *zt_kernel_tier(void) {
    return zt_kernels_()->name;
}
