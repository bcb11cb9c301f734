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
 *   Ownership  All arrays belong to the caller. Kernels allocate nothing and keep nothing. A handle (zt_problem,
 *              zt_model) belongs to the caller too: made by _create, given back by _destroy, for which NULL is
 *              fine. What a handle keeps of an array, its comment says.
 *   Workspace  Where a function takes a workspace, the function of the same name ending in _workspace tells how
 *              many elements it needs; its contents on entry do not matter.
 *   Aliasing   An output must not overlap any other argument, unless its comment allows it.
 *   NaN        Floating-point functions propagate NaN and infinity from the samples a pattern selects to the
 *              results that depend on them; bit functions say what they do.
 *   Threads    Every function is re-entrant. Kernels run on the calling thread; zt_train and zt_solve_json start
 *              threads of their own and end them before they return. A handle is for one thread at a time,
 *              different handles work in parallel. The only state outside handles is a table of kernels, chosen
 *              once, atomically, from what the processor can do (the environment variable ZT_ISA, reference,
 *              avx2, avx512 or neon, overrides the choice and is read at the first call), and OpenBLAS, which the first training
 *              sets to one thread for the whole process.
 *   Errors     Kernels cannot fail. Sizes and pointers are the caller's promise, except where a return value
 *              says otherwise. Functions that return a zt_status check their arguments before any work, NULL and
 *              sizes that overflow included, and print nothing. Large arrays are asked for within a budget, of the
 *              caller's functions where there are some, and their refusal is a status; the process ends only where
 *              the system has no memory for small objects, or for the workspace of OpenBLAS at the first training.
 *              A handle keeps the message of its last failure.
 */
#ifndef ZONOTOPE_H
#define ZONOTOPE_H

#include "zonotope/arrangements.h"
#include "zonotope/cones.h"
#include "zonotope/counting.h"
#include "zonotope/kernels.h"
#include "zonotope/masked.h"
#include "zonotope/neurons.h"
#include "zonotope/patterns.h"
#include "zonotope/shrink.h"
#include "zonotope/solve.h"
#include "zonotope/status.h"
#include "zonotope/walks.h"

#endif
