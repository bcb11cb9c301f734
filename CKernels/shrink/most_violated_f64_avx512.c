#define ZT_SINGLE_ 0
#include "lanes/avx512_lanes.h"

#include "shrink/most_violated_text.h"
