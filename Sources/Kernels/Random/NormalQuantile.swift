import CSIMD

/// A standard normal number from 32 random bits: the quantile at a number that is uniform in (0, 1), an odd multiple of
/// 2^-25, to 7e-5; up to 5.4 in magnitude.
///
/// With `x = 2 u - 1` and `w = -log2(1 - x^2)`, `z / x` is a polynomial of w in the middle and of sqrt(w) in the tails
/// (the form of M. Giles, "Approximating the erfinv function", GPU Computing Gems 2 (2011)); their coefficients and the
/// logarithm's are minimax fits for the digits that are needed here.
@inline(__always)
func standardNormal(_ bits: SIMD16<UInt32>) -> Lanes {
  let integer = qlif_shift_right(unsafeBitCast(bits, to: SIMD16<Int32>.self), 8)
  let x = Lanes(repeating: 0x1p-24).plus(Lanes(converting: integer), times: Lanes(repeating: 0x1p-23))
  let w = binaryLogarithm(Lanes(repeating: 1).minus(x, times: x)).negative
  let isTail = w.isGreater(than: 11)
  var slope = Lanes(repeating: 1.0639367e-04).plus(Lanes(repeating: -2.3318661e-06), times: w)
  slope = Lanes(repeating: -1.7945842e-03).plus(slope, times: w)
  slope = Lanes(repeating: 9.3892146e-03).plus(slope, times: w)
  slope = Lanes(repeating: 2.2599147e-01).plus(slope, times: w)
  slope = Lanes(repeating: 1.2536873e+00).plus(slope, times: w)
  if isTail.bits != 0 { slope = select(isTail, tailSlope(w.root), slope) }
  return slope * x
}

/// Beyond 3.7 standard deviations: one vector in 250, so that the processor guesses right.
@inline(__always)
private func tailSlope(_ root: Lanes) -> Lanes {
  var slope = Lanes(repeating: -2.5268013e-02).plus(Lanes(repeating: 1.3914514e-03), times: root)
  slope = Lanes(repeating: 1.7411589e-01).plus(slope, times: root)
  slope = Lanes(repeating: 6.4833376e-01).plus(slope, times: root)
  slope = Lanes(repeating: 3.5711289e-01).plus(slope, times: root)
  return slope
}

/// `log2(x)` for normal x > 0, to 1.5e-5.
@inline(__always)
private func binaryLogarithm(_ x: Lanes) -> Lanes {
  // x = 2^power (1 + m) with 1 + m in [sqrt(1/2), sqrt(2)).
  let shifted = unsafeBitCast(x.bits &- 0x3f35_04f3, to: SIMD16<Int32>.self)
  let power = qlif_shift_right(shifted, 23)
  let m = Lanes(bits: x.bits &- (unsafeBitCast(power, to: SIMD16<UInt32>.self) &<< 23)) - 1
  var slope = Lanes(repeating: -3.9456684e-01).plus(Lanes(repeating: 2.5269516e-01), times: m)
  slope = Lanes(repeating: 4.8667626e-01).plus(slope, times: m)
  slope = Lanes(repeating: -7.2024259e-01).plus(slope, times: m)
  slope = Lanes(repeating: 1.4425785e+00).plus(slope, times: m)
  return Lanes(converting: power).plus(slope, times: m)
}
