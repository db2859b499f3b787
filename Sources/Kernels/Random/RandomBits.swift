/// A 32-bit finaliser with low bias (C. Wellons, "Prospecting for hash functions", lowbias32).
@inline(__always)
private func mixed(_ value: SIMD16<UInt32>) -> SIMD16<UInt32> {
  var x = value
  x ^= x &>> 16
  x &*= 0x7feb_352d
  x ^= x &>> 15
  x &*= 0x846c_a68b
  x ^= x &>> 16
  return x
}

/// 32 random bits for each of a group of 16 neurons at a step, from the stream `key`: a pure function of all
/// four.
@inline(__always)
func randomBits(_ key: UInt64, step: Int, group: Int, groups: Int) -> SIMD16<UInt32> {
  let first = UInt32(truncatingIfNeeded: (step &* groups &+ group) &* laneCount)
  let lanes = SIMD16<UInt32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
  let low = UInt32(truncatingIfNeeded: key)
  let high = UInt32(truncatingIfNeeded: key &>> 32)
  return mixed(mixed((lanes &+ first) ^ low) ^ high)
}

/// As `randomBits`, of indices `step * neurons + number`, in half the time: the upper half of the key
/// multiplies, where that one mixes again.
@inline(__always)
func quickRandomBits(_ key: UInt64, laneIndices: SIMD16<UInt32>) -> SIMD16<UInt32> {
  let low = UInt32(truncatingIfNeeded: key)
  let high = UInt32(truncatingIfNeeded: key &>> 32)
  return mixed((laneIndices ^ low) &* (high | 1))
}

/// Uniform numbers in [0, 1), multiples of 2^-24, from random bits.
@inline(__always)
func uniform(_ bits: SIMD16<UInt32>) -> Lanes {
  Lanes(converting: unsafeBitCast(bits &>> 8, to: SIMD16<Int32>.self)) * 0x1p-24
}
