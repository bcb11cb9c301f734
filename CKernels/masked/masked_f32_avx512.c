/* Masked products in single precision: vectors of 64 bytes. */
#define ZT_SINGLE_ 1
#include "lanes/avx512_lanes.h"

#if ZT_LANES_
#include "products.h"
#else
typedef int zt_no_avx512_;
#endif
