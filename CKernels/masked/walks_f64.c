/* Products along walks in double precision. */
#define ZT_SINGLE_ 0
#include "walks.h"
