/*
 * The vector operations that Swift's SIMD types lack, or spell as a loop over lanes which the compiler
 * does not always put together again: comparison, selection, fused multiply-add, square root, and a
 * mask of lanes as one bit per lane. Clang's vector extensions, so they compile to the instruction set
 * of the importing target. A mask's lane is -1 (all ones) or 0.
 */
#ifndef QLIF_SIMD_H
#define QLIF_SIMD_H

#include <stdint.h>

#define QLIF_INLINE static inline __attribute__((always_inline))

typedef float qlif_float32x16 __attribute__((ext_vector_type(16)));
typedef int32_t qlif_int32x16 __attribute__((ext_vector_type(16)));
typedef _Bool qlif_bool16 __attribute__((ext_vector_type(16)));

QLIF_INLINE qlif_int32x16 qlif_greater(qlif_float32x16 a, qlif_float32x16 b) { return a > b; }

QLIF_INLINE qlif_int32x16 qlif_equal(qlif_float32x16 a, qlif_float32x16 b) { return a == b; }

QLIF_INLINE qlif_float32x16 qlif_select(qlif_int32x16 mask, qlif_float32x16 yes, qlif_float32x16 no) {
  return mask ? yes : no;
}

/* a * b + c, rounded once where the instruction set has the instruction; without it, a call of the C
 * library for each lane would be the price of that. */
QLIF_INLINE qlif_float32x16 qlif_multiply_add(qlif_float32x16 a, qlif_float32x16 b, qlif_float32x16 c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

QLIF_INLINE qlif_float32x16 qlif_square_root(qlif_float32x16 x) { return __builtin_elementwise_sqrt(x); }

/* Bit i is set where lane i of the mask is. */
QLIF_INLINE uint16_t qlif_bits_from_lanes(qlif_int32x16 lanes) {
  qlif_bool16 bits = __builtin_convertvector(lanes, qlif_bool16);
  return __builtin_bit_cast(uint16_t, bits);
}

/* The mask whose lane i is set where bit i is. */
QLIF_INLINE qlif_int32x16 qlif_lanes_from_bits(uint16_t bits) {
  qlif_bool16 lanes = __builtin_bit_cast(qlif_bool16, bits);
  return -__builtin_convertvector(lanes, qlif_int32x16);
}

#endif
