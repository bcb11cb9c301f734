/* The hash of a line of bits: one mixed word after the other, by value, so that byte order does not matter. */
#ifndef ZT_HASH_H
#define ZT_HASH_H

#include <stddef.h>
#include <stdint.h>

#define ZT_HASH_STEP_ 0x9e3779b97f4a7c15
#define ZT_HASH_FIRST_ 0xbf58476d1ce4e5b9
#define ZT_HASH_SECOND_ 0x94d049bb133111eb

/* A bijection that spreads every bit over the word (the finaliser of splitmix64). */
static inline uint64_t zt_hash_mix_(uint64_t h) {
    h = (h ^ h >> 30) * ZT_HASH_FIRST_;
    h = (h ^ h >> 27) * ZT_HASH_SECOND_;
    return h ^ h >> 31;
}

static inline uint64_t zt_hash_start_(size_t bits) {
    return zt_hash_mix_((uint64_t)bits + ZT_HASH_STEP_);
}

static inline uint64_t zt_hash_next_(uint64_t hash, uint64_t word) {
    return zt_hash_mix_((hash ^ word) + ZT_HASH_STEP_);
}

#endif
