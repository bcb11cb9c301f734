/* Products along walks in single precision. */
#define ZT_SINGLE_ 1
#include "walks.h"
