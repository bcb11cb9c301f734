/* Hashes of eight lines at once, a line a lane. */
#include "avx512.h"

#include "kernel_table.h"
#include "patterns/hash.h"

#if defined(__x86_64__)

ZT_AVX512_INLINE_ __m512i mix_(__m512i h) {
    h = _mm512_xor_si512(h, _mm512_srli_epi64(h, 30));
    h = _mm512_mullo_epi64(h, _mm512_set1_epi64((long long)ZT_HASH_FIRST_));
    h = _mm512_xor_si512(h, _mm512_srli_epi64(h, 27));
    h = _mm512_mullo_epi64(h, _mm512_set1_epi64((long long)ZT_HASH_SECOND_));
    return _mm512_xor_si512(h, _mm512_srli_epi64(h, 31));
}

ZT_AVX512_ void zt_hash_lines_avx512_(size_t lines, size_t bits, const uint64_t *source, size_t stride,
                                      uint64_t *hashes) {
    size_t words = bits / 64 + (bits % 64 != 0);
    __m512i lanes = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
    __m512i places = _mm512_mullo_epi64(lanes, _mm512_set1_epi64((long long)stride));
    __m512i step = _mm512_set1_epi64((long long)ZT_HASH_STEP_);
    for (size_t i = 0; i < lines; i += 8) {
        size_t left = lines - i;
        __mmask8 part = (__mmask8)(left < 8 ? (1U << left) - 1 : 0xff);
        __m512i hash = _mm512_set1_epi64((long long)zt_hash_start_(bits));
        const uint64_t *line = source + i * stride;
        for (size_t j = 0; j < words; j++) {
            __m512i word = _mm512_mask_i64gather_epi64(_mm512_setzero_si512(), part, places,
                                                       (const void *)(line + j), 8);
            hash = mix_(_mm512_add_epi64(_mm512_xor_si512(hash, word), step));
        }
        _mm512_mask_storeu_epi64(hashes + i, part, hash);
    }
}

#endif
