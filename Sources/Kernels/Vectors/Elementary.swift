import CSIMD

/// Adding this to a float of magnitude below 2^22 leaves its nearest integer in the low mantissa bits.
@inline(__always)
var integerShift: Float { 12_582_912 }

/// Sine and cosine to about 1e-7 for |x| up to a few thousand radians; finite and within [-1, 1] for any
/// finite x, though beyond 2^22 quarter turns a float no longer carries an angle.
///
/// Reduction by multiples of pi/2 in parts (Cody and Waite), then the minimax polynomials of Cephes
/// (sinf.c) on [-pi/4, pi/4].
@inline(__always)
func sineAndCosine(_ x: Lanes) -> (sine: Lanes, cosine: Lanes) {
  let shifted = x * 0.636_619_77 + integerShift
  let quarters = shifted - integerShift
  var r = x.plus(quarters, times: Lanes(repeating: -1.570_312_5))
  r = r.plus(quarters, times: Lanes(repeating: -4.837_512_97e-4))
  r = r.plus(quarters, times: Lanes(repeating: -7.549_789_95e-8))
  r = larger(smaller(r, Lanes(repeating: 0.79)), Lanes(repeating: -0.79))
  let z = r * r
  var sine = Lanes(repeating: 8.332_160_9e-3).plus(Lanes(repeating: -1.951_529_6e-4), times: z)
  sine = Lanes(repeating: -0.166_666_55).plus(sine, times: z)
  sine = r.plus(sine * z, times: r)
  var cosine = Lanes(repeating: -1.388_731_6e-3).plus(Lanes(repeating: 2.443_315_7e-5), times: z)
  cosine = Lanes(repeating: 4.166_664_6e-2).plus(cosine, times: z)
  cosine = (1 - 0.5 * z).plus(cosine * z, times: z)

  let count = shifted.bits
  let isOdd = LaneMask(lowestBits: count)
  let s = select(isOdd, cosine, sine)
  let c = select(isOdd, sine, cosine)
  // Half turns change the sign: of the sine in quarters 2 and 3, of the cosine in quarters 1 and 2.
  let quarter = unsafeBitCast(count, to: SIMD16<Int32>.self)
  let isLate = unsafeBitCast(qlif_shift_left(quarter, 30), to: Lanes.self)
  let isUneven = unsafeBitCast(qlif_shift_left(quarter, 31), to: Lanes.self)
  return (s.turned(by: isLate), c.turned(by: isLate).turned(by: isUneven))
}

/// `exp(x)` for x <= 0 to about 1e-7 relative; 0 below -87.
@inline(__always)
func exponential(_ x: Lanes) -> Lanes {
  let bounded = larger(x, Lanes(repeating: -87))
  let shifted = bounded * 1.442_695_04 + integerShift
  let power = shifted - integerShift
  var r = bounded.plus(power, times: Lanes(repeating: -0.693_359_375))
  r = r.plus(power, times: Lanes(repeating: 2.121_944_4e-4))
  var y = Lanes(repeating: 1.398_199_95e-3).plus(Lanes(repeating: 1.987_569_15e-4), times: r)
  y = Lanes(repeating: 8.333_452e-3).plus(y, times: r)
  y = Lanes(repeating: 4.166_579_6e-2).plus(y, times: r)
  y = Lanes(repeating: 0.166_666_65).plus(y, times: r)
  y = Lanes(repeating: 0.5).plus(y, times: r)
  y = (1 + r).plus(y * r, times: r)
  let scaled = Lanes(bits: y.bits &+ ((shifted.bits &- Lanes(repeating: integerShift).bits) &<< 23))
  return select(Lanes(repeating: -87).isGreater(than: x), Lanes.zero, scaled)
}

/// The nearest integer, for |x| below 2^22.
@inline(__always)
func rounded(_ x: Lanes) -> Lanes { (x + integerShift) - integerShift }

/// `1 - exp(-x)` for x >= 0, to about 1e-7 relative.
@inline(__always)
func lost(_ x: Lanes) -> Lanes {
  var y = Lanes(repeating: -4.166_666_6e-2).plus(Lanes(repeating: 8.333_333e-3), times: x)
  y = Lanes(repeating: 0.166_666_67).plus(y, times: x)
  y = Lanes(repeating: -0.5).plus(y, times: x)
  y = Lanes(repeating: 1).plus(y, times: x) * x
  return select(Lanes(repeating: 0.05).isGreater(than: x), y, 1 - exponential(x.negative))
}

/// `tanh(x)` for x >= 0.
@inline(__always)
func hyperbolicTangent(_ x: Lanes) -> Lanes {
  let e = exponential(-2 * x)
  return (1 - e) / (1 + e)
}

/// The angle in [0, pi/2] of a sine and a cosine of 0 or more, to about 1e-7 (Cephes, atanf.c).
@inline(__always)
func angle(sine: Lanes, cosine: Lanes) -> Lanes {
  let isSteep = sine.isGreater(than: cosine)
  let ratio = smaller(sine, cosine) / larger(larger(sine, cosine), Lanes(repeating: 1e-30))
  let isWide = ratio.isGreater(than: 0.414_213_56)
  let x = select(isWide, (ratio - 1) / (ratio + 1), ratio)
  let z = x * x
  var y = Lanes(repeating: -1.387_768_56e-1).plus(Lanes(repeating: 8.053_744_5e-2), times: z)
  y = Lanes(repeating: 1.997_771_06e-1).plus(y, times: z)
  y = Lanes(repeating: -3.333_294_9e-1).plus(y, times: z)
  y = x.plus(y * z, times: x) + select(isWide, Lanes(repeating: .pi / 4), Lanes.zero)
  return select(isSteep, .pi / 2 - y, y)
}

/// `asin(sqrt(x))` for x in [0, 1], half the angle of a population, to 2e-7: a minimax polynomial of asin(sqrt(x)) / sqrt(x)
/// up to 1/2.
@inline(__always)
func rootArcsine(_ x: Lanes) -> Lanes {
  let z = smaller(x, Lanes(repeating: 1).minus(x, times: Lanes(repeating: 1)))
  var y = Lanes(repeating: -0.059_503_919).plus(Lanes(repeating: 0.103_905_76), times: z)
  y = Lanes(repeating: 0.063_453_135).plus(y, times: z)
  y = Lanes(repeating: 0.038_158_409).plus(y, times: z)
  y = Lanes(repeating: 0.075_589_88).plus(y, times: z)
  y = Lanes(repeating: 0.166_646_79).plus(y, times: z)
  y = Lanes(repeating: 1.000_000_1).plus(y, times: z) * z.root
  return select(x.isGreater(than: 0.5), Lanes(repeating: .pi / 2) - y, y)
}
