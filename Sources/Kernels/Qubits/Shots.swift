/// A probability and what is left of 1, each with all its digits.
struct Odds {
  var yes: Lanes
  var no: Lanes
}

/// The random number behind a count.
struct Draw {
  var bits = SIMD16<UInt32>.zero
  /// The standard normal number of the same quantile; 0 where one shot needs none.
  var normal = Lanes.zero

  @inline(__always)
  init() {}

  @inline(__always)
  init(_ bits: SIMD16<UInt32>, shots: Int) {
    self.bits = bits
    if shots > 1 { normal = standardNormal(bits) }
  }
}

/// The share of ones among `shots` measurements that each read 1 with the probability `odds.yes`:
/// `Binomial(shots, p) / shots`, the quantile at a random number.
///
/// Where the variance `n p q` is above `leastVariance` the quantile is the normal one with three terms of the
/// Cornish-Fisher expansion, rounded to the integer: within 7e-4 of the binomial in total variation, 1e-4 from a
/// variance of 12 on. Elsewhere the probabilities are added up, which is exact to a millionth, except in lanes that are
/// `vague`: there the mean will do. One shot is a comparison.
@inline(__always)
func frequency(_ odds: Odds, shots: Int, _ draw: Draw, vague: LaneMask) -> Lanes {
  let one = Lanes(repeating: 1)
  if shots == 1 { return select(odds.yes.isGreater(than: uniform(draw.bits)), one, Lanes.zero) }
  let n = Float(shots)
  let variance = odds.yes * odds.no
  let isWide = variance.isGreater(than: leastVariance / n)
  var offset = Lanes.zero
  if isWide.bits != 0 {
    offset = select(isWide, quantile(odds, variance: variance, n: n, draw.normal), Lanes.zero)
  }
  if shots >= 1 << 22 {
    // Beyond what a float counts, the frequency is as good without rounding.
    return smaller(larger(odds.yes.plus(offset, times: Lanes(repeating: 1 / n)), Lanes.zero), one)
  }
  var count: Lanes
  if shots > 1 << 15 {
    // The mean in two parts, since a float of its size has too coarse a fraction.
    let whole = rounded(n * odds.yes)
    count = whole + rounded(offset - whole.minus(odds.yes, times: Lanes(repeating: n)))
  } else {
    count = rounded(offset.plus(odds.yes, times: Lanes(repeating: n)))
  }
  count = smaller(larger(count, Lanes.zero), Lanes(repeating: n))
  let isNarrow = variance.isGreater(than: 0).subtracting(isWide).subtracting(vague)
  if isNarrow.bits != 0 {
    count = select(isNarrow, smallCount(odds, n: n, lanes: isNarrow, draw.bits), count)
  }
  return share(count, of: n)
}

/// Where the probabilities are added up, the rarer outcome is seen less often than this.
@inline(__always)
var mostOfFew: Float { 40 }

/// See `frequency`.
@inline(__always)
var leastVariance: Float { 4 }

/// `count / n`, rounded as a division would be.
@inline(__always)
private func share(_ count: Lanes, of n: Float) -> Lanes {
  let inverse = Lanes(repeating: 1 / n)
  let quotient = count * inverse
  return quotient.plus(count.plus(quotient, times: Lanes(repeating: -n)), times: inverse)
}

/// The binomial's quantile less its mean. With `z` the normal quantile and `s^2 = n p q`, in powers of `1 / s`,
///
///     s z + (q - p)(z^2 - 1)/6 + z (14 p q - 2 - (1 + 2 p q) z^2) / (72 s)
///         + (q - p)(-8/405 + 7 z^2/810 + z^4/270) / s^2
///
/// the Cornish-Fisher expansion of the continuous variable that rounds to the binomial (its variance is
/// `n p q - 1/12`). The last term is that of the Poisson distribution (Giles, "Algorithm 955", ACM TOMS 42 (2016)).
@inline(__always)
private func quantile(_ odds: Odds, variance: Lanes, n: Float, _ z: Lanes) -> Lanes {
  let square = z * z
  let inverse = (n * variance).inverseRootEstimate
  let deviation = n * variance * inverse
  let skew = Lanes(repeating: 1 / 6).minus(odds.yes, times: Lanes(repeating: 1 / 3))
  var curve = Lanes(repeating: 42 / 810).plus(square, times: Lanes(repeating: 6 / 270))
  curve = Lanes(repeating: -48 / 405).plus(curve, times: square)
  let symmetric = Lanes(repeating: 14).minus(square, times: Lanes(repeating: 2)) * variance - (2 + square)
  let skewed = (square - 1).plus(curve, times: inverse * inverse)
  let offset = (skew * skewed).plus(z * symmetric, times: inverse * (1 / 72))
  return offset.plus(deviation, times: z)
}

/// The binomial's quantile by adding up `P(0), P(1), ...` of the rarer outcome, of which few are expected.
@inline(__always)
private func smallCount(_ odds: Odds, n: Float, lanes: LaneMask, _ random: SIMD16<UInt32>) -> Lanes {
  let rare = select(lanes, smaller(odds.yes, odds.no), Lanes.zero)
  let common = 1 - rare
  var logarithm: Lanes
  var ratio: Lanes
  if n < 256 {
    // log(1 - p) = -2 artanh(p / (2 - p))
    let t = rare / (1 + common)
    let x = t * t
    logarithm = Lanes(repeating: 1 / 11).plus(x, times: Lanes(repeating: 1 / 13))
    logarithm = Lanes(repeating: 1 / 9).plus(logarithm, times: x)
    logarithm = Lanes(repeating: 1 / 7).plus(logarithm, times: x)
    logarithm = Lanes(repeating: 1 / 5).plus(logarithm, times: x)
    logarithm = Lanes(repeating: 1 / 3).plus(logarithm, times: x)
    logarithm = Lanes(repeating: 1).plus(logarithm, times: x) * (-2 * t)
    ratio = rare / common
  } else {
    // p is below 1/60.
    logarithm = Lanes(repeating: -1 / 3).plus(rare, times: Lanes(repeating: -1 / 4))
    logarithm = Lanes(repeating: -1 / 2).plus(logarithm, times: rare)
    logarithm = Lanes(repeating: -1).plus(logarithm, times: rare) * rare
    ratio = rare.plus(rare, times: rare.plus(rare, times: rare))
  }
  // P(k) / P(k - 1) = ratio (n + 1 - k) / k
  var sum = Terms(
    first: power((n * 1.442_695_04) * logarithm), ratio: ratio, growth: ratio * (n + 1), of: uniform(random))
  // Several at a time, as the processor guesses wrong where it cannot know how many there are.
  sum.add(1)
  sum.add(1 / 2)
  sum.add(1 / 3)
  sum.add(1 / 4)
  sum.add(1 / 5)
  sum.add(1 / 6)
  sum.add(1 / 7)
  sum.add(1 / 8)
  var last: Float = 8
  while sum.rest.isGreater(than: -1e-30).bits != 0, last < n {
    sum.add(1 / (last + 1))
    sum.add(1 / (last + 2))
    last += 2
  }
  let count = smaller(sum.count, Lanes(repeating: n))
  return select(odds.no.isGreater(than: odds.yes), count, n - count)
}

/// `2^x` to 4e-6, for -100 < x <= 0.
@inline(__always)
private func power(_ x: Lanes) -> Lanes {
  let shifted = x + integerShift
  let r = x - (shifted - integerShift)
  var y = Lanes(repeating: 5.59178599e-02).plus(Lanes(repeating: 9.57009667e-03), times: r)
  y = Lanes(repeating: 2.40247450e-01).plus(y, times: r)
  y = Lanes(repeating: 6.93121815e-01).plus(y, times: r)
  y = Lanes(repeating: 9.99999261e-01).plus(y, times: r)
  return Lanes(bits: y.bits &+ (shifted.bits &<< 23))
}

/// The sum of a binomial's probabilities until it exceeds a number in [0, 1).
private struct Terms {
  var count = Lanes.zero
  var term: Lanes
  /// What the sum lacks.
  var rest: Lanes
  let negativeRatio: Lanes
  let growth: Lanes

  @inline(__always)
  init(first: Lanes, ratio: Lanes, growth: Lanes, of uniform: Lanes) {
    term = first
    // A millionth less, so that the rounded sum of all probabilities reaches it.
    rest = uniform * 0.999_999 - first
    negativeRatio = ratio.negative
    self.growth = growth
  }

  /// Adds P(k), given `1 / k`.
  @inline(__always)
  mutating func add(_ inverse: Float) {
    count = select(rest.isGreater(than: -1e-30), count + 1, count)
    term = term * negativeRatio.plus(growth, times: Lanes(repeating: inverse))
    rest = rest - term
  }
}
