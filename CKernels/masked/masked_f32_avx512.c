/* Masked products in single precision: vectors of 64 bytes, and the choice between them and tables in registers. */
#define ZT_SINGLE_ 1
#include "lanes/avx512_words.h"

#if ZT_LANES_
#define ZT_REGISTERS_TIER_ avx512_counts
#include "products.h"
#else
typedef int zt_no_avx512_;
#endif
