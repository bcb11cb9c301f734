/*
 * What the masked products need beside lanes.h, from avx2_words.h, avx512_words.h or neon_words.h:
 *
 *   words_, WORD_BITS         a word of bits in every lane, as long as a number: words_of_ a vector read as such;
 *                             have_(words, bit) with bit_(place) or next_bit_(bit) is a mask
 *   add_chosen_               adds in the lanes of a mask; add_product_ the same on other ports, given one_()
 *   unpack_                   where ZT_UNPACKS_: a column of LANES rows of 2 to 4 numbers side by side
 *   table_of_, from_table_    where ZT_TABLES_IN_REGISTERS_: the sums of four numbers, by the lowest bits
 *                             of words, which next_four_ moves on
 *
 * A selected addition touches no other lane: a NaN stays where it belongs.
 */
#ifndef ZT_WORDS_H
#define ZT_WORDS_H

#include "lanes/lanes.h"

#endif
