#define ZT_SINGLE_ 1
#include "lanes/neon_lanes.h"

#include "shrink/shrink_text.h"
