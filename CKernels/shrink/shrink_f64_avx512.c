#define ZT_SINGLE_ 0
#include "lanes/avx512_lanes.h"

#include "shrink/shrink_text.h"
