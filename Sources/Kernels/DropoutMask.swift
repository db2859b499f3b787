import KernelTypes

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

/// The lanes of a group of sixteen neurons that keep their spike at a step.
@inline(__always)
func keptLanes(_ dropout: Dropout, step: Int, group: Int, groups: Int) -> LaneMask {
  let first = UInt32(truncatingIfNeeded: (step &* groups &+ group) &* laneCount)
  let lanes = SIMD16<UInt32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
  let low = UInt32(truncatingIfNeeded: dropout.key)
  let high = UInt32(truncatingIfNeeded: dropout.key &>> 32)
  let random = mixed(mixed((lanes &+ first) ^ low) ^ high)
  // 23 random bits as the mantissa of a float in [1, 2).
  return Lanes(bits: (random &>> 9) | 0x3f80_0000).isGreater(than: dropout.cut)
}
