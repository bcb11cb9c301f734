/* Masked products in double precision: vectors of 16 bytes. */
#define ZT_SINGLE_ 0
#include "lanes/neon_words.h"

#if ZT_LANES_
#include "products.h"
#else
typedef int zt_no_neon_;
#endif
