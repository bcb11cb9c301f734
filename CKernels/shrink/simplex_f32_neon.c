#define ZT_SINGLE_ 1
#include "lanes/neon_lanes.h"

#include "shrink/simplex_text.h"
