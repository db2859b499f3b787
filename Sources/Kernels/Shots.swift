/// A probability and what is left of 1, each with all its digits.
struct Odds {
  var yes: Lanes
  var no: Lanes
}

/// The share of ones among `shots` measurements that each read 1 with the probability `odds.yes`:
/// `Binomial(shots, p) / shots`, the quantile at a random number.
///
/// Where the variance `n p q` is above `leastVariance` the quantile is the normal one with three terms of the
/// Cornish-Fisher expansion, rounded to the integer: within 3e-4 of the binomial in total variation. Elsewhere the
/// probabilities are added up, which is exact to the 24 bits of the random number. One shot is a comparison.
@inline(__always)
func frequency(_ odds: Odds, shots: Int, _ random: SIMD16<UInt32>) -> Odds {
  if shots == 1 {
    let one = odds.yes.isGreater(than: uniform(random))
    return Odds(
      yes: select(one, Lanes(repeating: 1), Lanes.zero), no: select(one, Lanes.zero, Lanes(repeating: 1)))
  }
  let variance = odds.yes * odds.no
  let isOpen = variance.isGreater(than: 0)
  if isOpen.bits == 0 { return odds }
  let n = Float(shots)
  let isWide = variance.isGreater(than: leastVariance / n)
  var read = odds
  if isWide.bits != 0 {
    let wide = wideFrequency(odds, variance: variance, shots: shots, random)
    read = Odds(yes: select(isWide, wide.yes, read.yes), no: select(isWide, wide.no, read.no))
  }
  let isNarrow = isOpen.subtracting(isWide)
  if isNarrow.bits != 0 {
    let narrow = narrowFrequency(odds, n: n, lanes: isNarrow, random)
    read = Odds(yes: select(isNarrow, narrow.yes, read.yes), no: select(isNarrow, narrow.no, read.no))
  }
  return read
}

@inline(__always)
private var leastVariance: Float { 7 }

/// `count / n`, rounded as a division would be.
@inline(__always)
private func share(_ count: Lanes, of n: Float) -> Lanes {
  let inverse = Lanes(repeating: 1 / n)
  let quotient = count * inverse
  return quotient.plus(count.plus(quotient, times: Lanes(repeating: -n)), times: inverse)
}

/// The Cornish-Fisher quantile. With `z` the normal quantile and `s^2 = n p q`, in powers of `1 / s`,
///
///     n p + s z + (q - p)(z^2 - 1)/6 + z (14 p q - 2 - (1 + 2 p q) z^2) / (72 s)
///         + (q - p)(-8/405 + 7 z^2/810 + z^4/270) / s^2
///
/// for the continuous variable whose rounding is the binomial (its variance is `n p q - 1/12`). The last term is
/// that of the Poisson distribution (Giles, "Algorithm 955", ACM TOMS 42 (2016)).
@inline(__always)
private func wideFrequency(_ odds: Odds, variance: Lanes, shots: Int, _ random: SIMD16<UInt32>) -> Odds {
  let n = Float(shots)
  let z = normal(random)
  let square = z * z
  let deviation = (n * variance).root
  let inverse = 1 / deviation
  let skew = odds.no - odds.yes
  var curve = Lanes(repeating: 7 / 810).plus(square, times: Lanes(repeating: 1 / 270))
  curve = Lanes(repeating: -8 / 405).plus(curve, times: square)
  let symmetric = (14 * variance - 2) - (1 + 2 * variance) * square
  var offset = (square - 1).plus(curve * (6 * inverse), times: inverse) * (skew * (1 / 6))
  offset = offset.plus(z * symmetric, times: inverse * (1 / 72))
  offset = offset.plus(deviation, times: z)
  // Beyond what a float counts, the frequency is as good without rounding.
  if shots >= 1 << 22 {
    let yes = smaller(larger(odds.yes + offset * (1 / n), Lanes.zero), Lanes(repeating: 1))
    return Odds(yes: yes, no: 1 - yes)
  }
  let whole = rounded(n * odds.yes)
  let rest = (-whole).plus(odds.yes, times: Lanes(repeating: n))
  let count = smaller(larger(whole + rounded(rest + offset), Lanes.zero), Lanes(repeating: n))
  return Odds(yes: share(count, of: n), no: share(n - count, of: n))
}

/// The quantile by adding up `P(0), P(1), ...` of the rarer outcome, of which few are expected.
@inline(__always)
private func narrowFrequency(_ odds: Odds, n: Float, lanes: LaneMask, _ random: SIMD16<UInt32>) -> Odds {
  let rare = smaller(odds.yes, odds.no)
  let common = larger(odds.yes, odds.no)
  // log(1 - p) = -2 artanh(p / (2 - p)), p <= 1/2
  let t = rare / (1 + common)
  let x = t * t
  var series = Lanes(repeating: 1 / 11).plus(x, times: Lanes(repeating: 1 / 13))
  series = Lanes(repeating: 1 / 9).plus(series, times: x)
  series = Lanes(repeating: 1 / 7).plus(series, times: x)
  series = Lanes(repeating: 1 / 5).plus(series, times: x)
  series = Lanes(repeating: 1 / 3).plus(series, times: x)
  series = Lanes(repeating: 1).plus(series, times: x)
  var term = exponential((-2 * n) * t * series)
  var rest = uniform(random) - term
  let ratio = rare / common
  let mean = n * rare
  var count = Lanes.zero
  var step: Float = 0
  // A term this small beyond the mean ends the sum: what is left is below the random number's resolution.
  while true {
    let goesOn = rest.isGreater(than: -1e-30) & lanes & larger(term * 1e8, mean - step).isGreater(than: 1)
    if goesOn.bits == 0 || step >= n { break }
    step += 1
    count = select(goesOn, Lanes(repeating: step), count)
    term = term * ratio * ((n - step + 1) / step)
    rest = select(goesOn, rest - term, rest)
  }
  let few = share(count, of: n)
  let many = share(n - count, of: n)
  let isRare = odds.no.isGreater(than: odds.yes)
  return Odds(yes: select(isRare, few, many), no: select(isRare, many, few))
}
