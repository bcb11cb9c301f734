#define ZT_SINGLE_ 0
#include "lanes/avx2_lanes.h"

#include "patterns/pack_signs_text.h"
