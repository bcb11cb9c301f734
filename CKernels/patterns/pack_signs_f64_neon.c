#define ZT_SINGLE_ 0
#include "lanes/neon_lanes.h"

#include "patterns/pack_signs_text.h"
