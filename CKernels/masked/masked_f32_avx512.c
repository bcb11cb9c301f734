/* Masked products in single precision: vectors of 64 bytes. */
#define ZT_SINGLE_ 1
#include "avx512.h"

#if defined(__x86_64__)
#define ZT_TIER_ avx512
#define ZT_TARGET_ ZT_AVX512_
#define ZT_VECTOR_BYTES_ 64
#include "products.h"
#endif
