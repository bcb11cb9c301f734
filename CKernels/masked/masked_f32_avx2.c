/* Masked products in single precision: vectors of 32 bytes. */
#define ZT_SINGLE_ 1
#include "avx2.h"

#if defined(__x86_64__)
#define ZT_TIER_ avx2
#define ZT_TARGET_ ZT_AVX2_
#define ZT_VECTOR_BYTES_ 32
#include "products.h"
#endif
