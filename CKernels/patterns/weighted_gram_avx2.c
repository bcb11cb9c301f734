#include "avx2.h"

#if defined(__x86_64__)
#define TARGET_ ZT_AVX2_
#define NAME_(suffix) zt_weighted_hadamard_gram_##suffix##_avx2_
#include "patterns/weighted_gram_text.h"
#endif
