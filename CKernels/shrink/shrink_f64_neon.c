#define ZT_SINGLE_ 0
#include "lanes/neon_lanes.h"

#include "shrink/shrink_text.h"
