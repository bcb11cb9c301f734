/*
 * Zonotope: neural networks trained to a certified global optimum.
 *
 * Conventions, valid for every function below unless its own comment says otherwise.
 *
 *   Shapes     Matrices are row-major. A stride is the distance between the starts of two rows, counted in
 *              elements (never bytes), and at least the row length. What lies between the end of a row and
 *              the start of the next is neither read nor written.
 *   Sizes      n samples (rows of X), d features (columns of X), p patterns (blocks). Every size may be zero.
 *   Bits       A pattern assigns one bit to every sample: 1 where x.w >= 0. Bit j of a line of bits is
 *              (line[j / 64] >> (j % 64)) & 1; a line takes zt_words(bits) words, and the unused high bits of
 *              its last word are zero, on input and on output.
 *              "Pattern lines" hold one pattern a line (p lines of n bits), "sample lines" hold one sample
 *              a line (n lines of p bits); zt_transpose_bits turns one into the other.
 *   Alignment  Any pointer that is aligned for its element type is accepted.
 *   Ownership  All arrays belong to the caller. Nothing is allocated, and nothing is kept after the return.
 *   Workspace  Where a function takes a workspace, the function of the same name ending in _workspace tells how
 *              many elements it needs; its contents on entry do not matter.
 *   Aliasing   An output must not overlap any other argument, unless its comment allows it.
 *   NaN        Floating-point functions propagate NaN and infinity from the samples a pattern selects to the
 *              results that depend on them; bit functions say what they do.
 *   Threads    Every function is re-entrant and runs on the calling thread. The only state is a table of
 *              kernels, chosen once, atomically, from what the processor can do; the environment variable
 *              ZT_ISA (reference, avx2) overrides the choice and is read at the first call.
 *   Errors     Kernels cannot fail. Sizes and pointers are the caller's promise, except where a return value
 *              says otherwise.
 */
#ifndef ZONOTOPE_H
#define ZONOTOPE_H

#include "zonotope/arrangements.h"
#include "zonotope/cones.h"
#include "zonotope/kernels.h"

#endif
