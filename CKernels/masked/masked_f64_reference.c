/* The definitions of the masked products in double precision. */
#define ZT_SINGLE_ 0
#include "reference.h"

#include "definitions.h"
