/* Norms of adjoint products in single precision. */
#define ZT_SINGLE_ 1
#include "norms.h"
