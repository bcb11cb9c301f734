/* How a public function finds the kernel behind it. */
#ifndef ZT_DISPATCH_H
#define ZT_DISPATCH_H

#include "kernel_table.h"

/* The first of the chain of tiers that has the kernel. */
#define ZT_FIND_(kernel)                                                                                     \
    static zt_##kernel##_fn_ *find_##kernel##_(void) {                                                       \
        const zt_kernel_table_ *table = zt_kernels_();                                                       \
        while (table->kernel == NULL) table = table->next;                                                   \
        return table->kernel;                                                                                \
    }

#define KERNEL_(kernel) find_##kernel##_()

#endif
