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
typedef uint32_t qlif_uint32x16 __attribute__((ext_vector_type(16)));
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

/* c - a * b, likewise. */
QLIF_INLINE qlif_float32x16 qlif_multiply_subtract(qlif_float32x16 a, qlif_float32x16 b, qlif_float32x16 c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(-a, b, c);
#else
  return c - a * b;
#endif
}

QLIF_INLINE qlif_float32x16 qlif_square_root(qlif_float32x16 x) { return __builtin_elementwise_sqrt(x); }

#if defined(__AVX__)
/* 1 / sqrt(x) to 4e-4, x > 0. */
QLIF_INLINE qlif_float32x16 qlif_inverse_root_estimate12(qlif_float32x16 x) {
  typedef float native __attribute__((ext_vector_type(8)));
  native low = __builtin_ia32_rsqrtps256(x.lo);
  native high = __builtin_ia32_rsqrtps256(x.hi);
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
#endif

/* 1 / sqrt(x) to 1e-4 or better, x > 0: without a division and a root, which keep the processor long. */
QLIF_INLINE qlif_float32x16 qlif_inverse_root_estimate(qlif_float32x16 x) {
#if defined(__AVX512F__)
  typedef float native __attribute__((vector_size(64)));
  return (qlif_float32x16)__builtin_ia32_rsqrt14ps512_mask((native)x, (native)x, (uint16_t)-1);
#elif defined(__AVX__)
  qlif_float32x16 r = qlif_inverse_root_estimate12(x);
  return r * (1.5f - 0.5f * x * r * r);
#else
  return 1 / __builtin_elementwise_sqrt(x);
#endif
}

/* a with its sign turned where b is negative. */
QLIF_INLINE qlif_float32x16 qlif_turn_sign(qlif_float32x16 a, qlif_float32x16 b) {
  return (qlif_float32x16)((qlif_uint32x16)a ^ ((qlif_uint32x16)b & 0x80000000u));
}

/* 1 / sqrt(x) to a few units in the last place, x > 0: the estimate and a step of Newton's, where that takes less than
 * the division. */
QLIF_INLINE qlif_float32x16 qlif_inverse_root(qlif_float32x16 x) {
#if defined(__AVX512F__)
  qlif_float32x16 r = qlif_inverse_root_estimate(x);
  return __builtin_elementwise_fma(0.5f * r, __builtin_elementwise_fma(-x * r, r, (qlif_float32x16)1), r);
#elif defined(__AVX2__)
  qlif_float32x16 r = qlif_inverse_root_estimate12(x);
  return __builtin_elementwise_fma(0.5f * r, __builtin_elementwise_fma(-x * r, r, (qlif_float32x16)1), r);
#else
  return 1 / __builtin_elementwise_sqrt(x);
#endif
}

QLIF_INLINE qlif_float32x16 qlif_float_from_int(qlif_int32x16 x) {
  return __builtin_convertvector(x, qlif_float32x16);
}

QLIF_INLINE qlif_int32x16 qlif_shift_left(qlif_int32x16 x, int32_t count) {
  return (qlif_int32x16)((qlif_uint32x16)x << (uint32_t)count);
}

/* x >> count with the sign. */
QLIF_INLINE qlif_int32x16 qlif_shift_right(qlif_int32x16 x, int32_t count) { return x >> count; }

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

/* Bit i is set where lane i is not 0. */
QLIF_INLINE uint16_t qlif_nonzero_lanes(qlif_int32x16 lanes) {
  qlif_bool16 bits = __builtin_convertvector(lanes != 0, qlif_bool16);
  return __builtin_bit_cast(uint16_t, bits);
}

/* Bit i is set where all bits of words[i], of sixteen words, are set in `whole`. */
QLIF_INLINE uint16_t qlif_contained(const uint64_t *words, uint64_t whole) {
  typedef uint64_t uint64x16 __attribute__((ext_vector_type(16)));
  uint64x16 parts;
  __builtin_memcpy(&parts, words, sizeof parts);
  qlif_bool16 bits = __builtin_convertvector((parts & ~whole) == 0, qlif_bool16);
  return __builtin_bit_cast(uint16_t, bits);
}

/* Writes the first `count` lanes, 1 to 16. */
QLIF_INLINE void qlif_store_first(intptr_t count, qlif_float32x16 lanes, float *target) {
  if (count == 16) {
    __builtin_memcpy(target, &lanes, sizeof lanes);
    return;
  }
#if defined(__AVX512F__)
  typedef float native __attribute__((vector_size(64)));
  __builtin_ia32_storeups512_mask((void *)target, (native)lanes, (uint16_t)((1u << count) - 1));
#else
  /* Halves, quarters and so on: masked stores are slow where they exist. */
  typedef float half __attribute__((ext_vector_type(8)));
  typedef float quarter __attribute__((ext_vector_type(4)));
  half rest = lanes.lo;
  if (count & 8) {
    __builtin_memcpy(target, &rest, sizeof rest);
    rest = lanes.hi;
    target += 8;
  }
  quarter last = rest.lo;
  if (count & 4) {
    __builtin_memcpy(target, &last, sizeof last);
    last = rest.hi;
    target += 4;
  }
  if (count & 2) {
    target[0] = last[0];
    target[1] = last[1];
    last = last.zwzw;
    target += 2;
  }
  if (count & 1) target[0] = last[0];
#endif
}

/* The first `count` lanes, 1 to 16, and zeros. */
QLIF_INLINE qlif_float32x16 qlif_load_first(intptr_t count, const float *source) {
#if defined(__AVX512F__)
  typedef float native __attribute__((vector_size(64)));
  return (qlif_float32x16)__builtin_ia32_loadups512_mask((const void *)source, (native){0},
                                                         (uint16_t)((1u << count) - 1));
#else
  typedef float quarter __attribute__((ext_vector_type(4)));
  quarter parts[4] = {0};
  for (intptr_t i = 0; i < 4; i++) {
    const float *rest = source + 4 * i;
    intptr_t present = count - 4 * i;
    if (present >= 4) __builtin_memcpy(&parts[i], rest, sizeof parts[i]);
    else if (present == 3) parts[i] = (quarter){rest[0], rest[1], rest[2], 0};
    else if (present == 2) parts[i] = (quarter){rest[0], rest[1], 0, 0};
    else if (present == 1) parts[i] = (quarter){rest[0], 0, 0, 0};
  }
  return __builtin_shufflevector(
      __builtin_shufflevector(parts[0], parts[1], 0, 1, 2, 3, 4, 5, 6, 7),
      __builtin_shufflevector(parts[2], parts[3], 0, 1, 2, 3, 4, 5, 6, 7), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
      13, 14, 15);
#endif
}

/* How many vectors of sixteen floats the registers hold. */
QLIF_INLINE intptr_t qlif_vectors_in_registers(void) {
#if defined(__AVX512F__)
  return 32;
#elif defined(__AVX__) || defined(__aarch64__)
  return 8;
#else
  return 4;
#endif
}

/* Up to sixteen rows of four floats, `stride` apart, to four rows of sixteen, `target_stride` apart, whose lanes beyond
 * `count` have no meaning. */
QLIF_INLINE void qlif_transpose_16x4(const float *source, intptr_t stride, intptr_t count, float *target,
                                     intptr_t target_stride) {
  typedef float quarter __attribute__((ext_vector_type(4)));
  typedef float half __attribute__((ext_vector_type(8)));
  qlif_float32x16 rows[4], pairs[4];
  /* Rows i, i + 4, i + 8 and i + 12 side by side: four squares to transpose at a time. */
  for (int i = 0; i < 4; i++) {
    quarter parts[4];
    for (int j = 0; j < 4; j++) {
      intptr_t row = i + 4 * j < count ? i + 4 * j : count - 1;
      __builtin_memcpy(&parts[j], source + row * stride, sizeof parts[j]);
    }
    half low = __builtin_shufflevector(parts[0], parts[1], 0, 1, 2, 3, 4, 5, 6, 7);
    half high = __builtin_shufflevector(parts[2], parts[3], 0, 1, 2, 3, 4, 5, 6, 7);
    rows[i] = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  }
#define QLIF_LOW(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define QLIF_HIGH(a, b) \
  __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
  pairs[0] = QLIF_LOW(rows[0], rows[2]);
  pairs[1] = QLIF_LOW(rows[1], rows[3]);
  pairs[2] = QLIF_HIGH(rows[0], rows[2]);
  pairs[3] = QLIF_HIGH(rows[1], rows[3]);
  rows[0] = QLIF_LOW(pairs[0], pairs[1]);
  rows[1] = QLIF_HIGH(pairs[0], pairs[1]);
  rows[2] = QLIF_LOW(pairs[2], pairs[3]);
  rows[3] = QLIF_HIGH(pairs[2], pairs[3]);
#undef QLIF_LOW
#undef QLIF_HIGH
  for (int i = 0; i < 4; i++) __builtin_memcpy(target + i * target_stride, &rows[i], sizeof rows[i]);
}

/* What is soon needed. */
QLIF_INLINE void qlif_prefetch(const void *place) { __builtin_prefetch(place); }

/* Lists: side by side, what belongs to the set bits. Up to sixteen entries of `target` are written, of which those
 * beyond the number of set bits have no meaning. */

#if defined(__AVX512F__)
typedef int32_t qlif_register_int32x16 __attribute__((vector_size(64)));

QLIF_INLINE void qlif_pack(qlif_register_int32x16 lanes, uint16_t bits, void *target) {
  qlif_register_int32x16 packed = __builtin_ia32_compresssi512_mask(lanes, lanes, bits);
  __builtin_memcpy(target, &packed, sizeof packed);
}
#elif defined(__AVX2__)
typedef int32_t qlif_register_int32x8 __attribute__((vector_size(32)));

/* For each set of eight bits, the numbers of those that are set, a byte each. */
#define QLIF_NUMBER(set, bit) \
  ((uint64_t)((set) >> (bit) & 1) * (bit) << 8 * __builtin_popcount((set) & ((1 << (bit)) - 1)))
#define QLIF_NUMBERS(set)                                                                            \
  (QLIF_NUMBER(set, 1) | QLIF_NUMBER(set, 2) | QLIF_NUMBER(set, 3) | QLIF_NUMBER(set, 4) |           \
   QLIF_NUMBER(set, 5) | QLIF_NUMBER(set, 6) | QLIF_NUMBER(set, 7))
#define QLIF_NUMBERS4(set) QLIF_NUMBERS(set), QLIF_NUMBERS(set + 1), QLIF_NUMBERS(set + 2), QLIF_NUMBERS(set + 3)
#define QLIF_NUMBERS16(set) QLIF_NUMBERS4(set), QLIF_NUMBERS4(set + 4), QLIF_NUMBERS4(set + 8), QLIF_NUMBERS4(set + 12)
#define QLIF_NUMBERS64(set) \
  QLIF_NUMBERS16(set), QLIF_NUMBERS16(set + 16), QLIF_NUMBERS16(set + 32), QLIF_NUMBERS16(set + 48)
static const uint64_t qlif_numbers[256] = {
    QLIF_NUMBERS64(0), QLIF_NUMBERS64(64), QLIF_NUMBERS64(128), QLIF_NUMBERS64(192)};

QLIF_INLINE qlif_register_int32x8 qlif_numbers_of(uint8_t bits) {
  typedef uint8_t bytes __attribute__((vector_size(8)));
  bytes numbers;
  __builtin_memcpy(&numbers, qlif_numbers + bits, sizeof numbers);
  return __builtin_convertvector(numbers, qlif_register_int32x8);
}
#endif

/* base + i for each set bit i */
QLIF_INLINE void qlif_list_bits(uint16_t bits, int32_t base, int32_t *target) {
#if defined(__AVX512F__)
  const qlif_register_int32x16 numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  qlif_pack(base + numbers, bits, target);
#elif defined(__AVX2__)
  qlif_register_int32x8 low = base + qlif_numbers_of((uint8_t)bits);
  qlif_register_int32x8 high = base + 8 + qlif_numbers_of((uint8_t)(bits >> 8));
  __builtin_memcpy(target, &low, sizeof low);
  __builtin_memcpy(target + __builtin_popcount(bits & 0xff), &high, sizeof high);
#else
  for (uint32_t rest = bits; rest != 0; rest &= rest - 1) *target++ = base + __builtin_ctz(rest);
#endif
}

/* values[i], of 32 bits each, for each set bit i; all sixteen are read */
QLIF_INLINE void qlif_list_values(uint16_t bits, const void *values, void *target) {
#if defined(__AVX512F__)
  qlif_register_int32x16 lanes;
  __builtin_memcpy(&lanes, values, sizeof lanes);
  qlif_pack(lanes, bits, target);
#elif defined(__AVX2__)
  qlif_register_int32x8 low, high;
  __builtin_memcpy(&low, values, sizeof low);
  __builtin_memcpy(&high, (const char *)values + sizeof low, sizeof high);
  low = __builtin_ia32_permvarsi256(low, qlif_numbers_of((uint8_t)bits));
  high = __builtin_ia32_permvarsi256(high, qlif_numbers_of((uint8_t)(bits >> 8)));
  __builtin_memcpy(target, &low, sizeof low);
  __builtin_memcpy((char *)target + 4 * __builtin_popcount(bits & 0xff), &high, sizeof high);
#else
  const char *source = values;
  char *next = target;
  for (uint32_t rest = bits; rest != 0; rest &= rest - 1, next += 4)
    __builtin_memcpy(next, source + 4 * __builtin_ctz(rest), 4);
#endif
}

/* The lowest bits of `bits`, in their order, where `mask` is set. The first processors of AMD with the instruction take
 * as long as the loop for it, all others a cycle. */
QLIF_INLINE uint64_t qlif_deposit_bits(uint64_t bits, uint64_t mask) {
#if defined(__BMI2__)
  return __builtin_ia32_pdep_di(bits, mask);
#else
  uint64_t result = 0;
  for (; mask != 0; mask &= mask - 1, bits >>= 1) result |= (mask & -mask) & -(bits & 1);
  return result;
#endif
}

#endif
