import Glibc

/// A marked place on an axis.
struct Tick: Equatable, Sendable {
  var value: Double
  var label: String
}

/// Chooses round places for ticks: steps of 1, 2 or 5 times a power of ten.
enum Ticks {
  /// At most `maximum` ticks inside `lower ... upper`; one at `lower` if the range is empty or not finite.
  static func nice(_ lower: Double, _ upper: Double, maximum: Int) -> [Tick] {
    guard lower.isFinite, upper.isFinite, upper > lower, (upper - lower).isFinite, maximum > 1 else {
      return [Tick(value: lower, label: formatted(lower))]
    }
    return ticks(lower, upper, leastStep: 0, maximum: maximum)
  }

  /// The same for whole numbers, such as steps and indices: never a fraction.
  static func whole(_ lower: Int, _ upper: Int, maximum: Int) -> [Tick] {
    guard upper > lower, maximum > 1 else { return [Tick(value: Double(lower), label: String(lower))] }
    return ticks(Double(lower), Double(upper), leastStep: 1, maximum: maximum)
  }

  private static func ticks(_ lower: Double, _ upper: Double, leastStep: Double, maximum: Int) -> [Tick] {
    func chosen(_ intervals: Int) -> [Tick] {
      ticks(lower, upper, niceStep(atLeast: max(leastStep, (upper - lower) / Double(intervals))))
    }
    // One tick more fits than intervals, if the ends fall well; if they do not, the next step is taken.
    let fine = chosen(maximum)
    return fine.count <= maximum ? fine : chosen(maximum - 1)
  }

  /// The smallest of 1, 2, 5, 10, ... times a power of ten that is not below `value`.
  static func niceStep(atLeast value: Double) -> Double {
    let power = pow(10, floor(log10(value)))
    guard power > 0, power.isFinite else { return max(value, .leastNormalMagnitude) }
    // A hair's tolerance, so that 0.2000000001 takes a step of 0.2.
    for factor in [1.0, 2.0, 5.0] where factor * power >= value * (1 - 1e-9) { return factor * power }
    return 10 * power
  }

  private static func ticks(_ lower: Double, _ upper: Double, _ step: Double) -> [Tick] {
    let decimals = max(0, Int(-floor(log10(step) + 1e-9)))
    let first = ceil(lower / step - 1e-9)
    let last = floor(upper / step + 1e-9)
    guard last >= first, last - first < 1000 else { return [Tick(value: lower, label: formatted(lower))] }
    return (0...Int(last - first)).map { index in
      let value = (first + Double(index)) * step
      let label = decimals <= 6 ? formatted(value, decimals: decimals) : formatted(value, digits: 3)
      return Tick(value: value, label: label)
    }
  }
}
