/* Masked products in double precision: vectors of 16 bytes. */
#define ZT_SINGLE_ 0

#if defined(__aarch64__)
#define ZT_TIER_ neon
#define ZT_TARGET_
#define ZT_VECTOR_BYTES_ 16
#include "products.h"
#else
typedef int zt_no_neon_;
#endif
