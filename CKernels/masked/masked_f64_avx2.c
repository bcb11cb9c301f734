/* Masked products in double precision: vectors of 32 bytes. */
#define ZT_SINGLE_ 0
#include "lanes/avx2_words.h"

#if ZT_LANES_
#include "products.h"
#else
typedef int zt_no_avx2_;
#endif
