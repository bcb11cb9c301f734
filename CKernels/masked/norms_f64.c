/* Norms of adjoint products in double precision. */
#define ZT_SINGLE_ 0
#include "norms.h"
