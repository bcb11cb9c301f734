/* The definitions of the masked products in single precision. */
#define ZT_SINGLE_ 1
#include "reference.h"

#include "definitions.h"
