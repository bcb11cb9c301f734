/* Masked products in double precision: vectors of 64 bytes. */
#define ZT_SINGLE_ 0
#include "lanes/avx512_words.h"

#if ZT_LANES_
#include "products.h"
#else
typedef int zt_no_avx512_;
#endif
