/*
 * The reference tier is the oracle of the others: one plain loop an operation, in the order it is written.
 * ZT_SCALAR_LOOP_ in front of a loop keeps the compiler from turning it into the vector code it should check.
 */
#ifndef ZT_REFERENCE_H
#define ZT_REFERENCE_H

#if defined(__clang__)
#define ZT_SCALAR_LOOP_ _Pragma("clang loop vectorize(disable) interleave(disable)")
#pragma STDC FP_CONTRACT OFF
#else
#define ZT_SCALAR_LOOP_
#pragma GCC optimize("no-tree-vectorize", "fp-contract=off")
#endif

#endif
