/* What the AVX-512 files share. Each function is compiled for its instruction set by attribute, as in avx2.h. */
#ifndef ZT_AVX512_H
#define ZT_AVX512_H

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>

#define ZT_AVX512_ __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,bmi,bmi2,popcnt")))
#define ZT_AVX512_INLINE_ ZT_AVX512_ __attribute__((always_inline)) static inline

/* For the entries of the table with population counts and byte permutations. */
#define ZT_AVX512_COUNTS_                                                                                    \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq,"       \
                          "avx2,fma,bmi,bmi2,popcnt")))
#define ZT_AVX512_COUNTS_INLINE_ ZT_AVX512_COUNTS_ __attribute__((always_inline)) static inline

#endif
#endif
