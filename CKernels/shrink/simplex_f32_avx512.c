#define ZT_SINGLE_ 1
#include "lanes/avx512_lanes.h"

#include "shrink/simplex_text.h"
