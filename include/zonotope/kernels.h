/* What all kernels share. See zonotope.h. */
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

#ifdef __cplusplus
}
#endif

#endif
