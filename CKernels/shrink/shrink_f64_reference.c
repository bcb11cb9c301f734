#define ZT_SINGLE_ 0
typedef double real_;
#define NAME_(kernel) zt_##kernel##_f64_reference_

#include "shrink/reference_text.h"
