#define ZT_SINGLE_ 0
#include "lanes/neon_lanes.h"

#include "shrink/most_violated_text.h"
