/* The most that one core can do: fused multiply-adds on registers alone. */
#ifndef ZONOTOPE_PEAK_H
#define ZONOTOPE_PEAK_H

#include <stddef.h>

/* Instruction sets that this processor and build have, widest first; NULL beyond the last. */
const char *peak_name(size_t index);

/* Runs `rounds` rounds of independent double precision multiply-adds on the instruction set of that index and
 * returns the number of floating-point operations. */
double peak_run(size_t index, size_t rounds);

/* The same in single precision. */
double peak_run_single(size_t index, size_t rounds);

#endif
