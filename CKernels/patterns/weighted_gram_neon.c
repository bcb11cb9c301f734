#include <stddef.h>

#if defined(__aarch64__)
#define TARGET_
#define NAME_(suffix) zt_weighted_hadamard_gram_##suffix##_neon_
#include "patterns/weighted_gram_text.h"
#endif
