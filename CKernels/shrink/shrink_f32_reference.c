#define ZT_SINGLE_ 1
typedef float real_;
#define NAME_(kernel) zt_##kernel##_f32_reference_

#include "shrink/reference_text.h"
