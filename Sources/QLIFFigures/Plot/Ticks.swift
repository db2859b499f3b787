import Glibc

/// A marked place on an axis.
public struct Tick: Equatable, Sendable {
  /// Where it is.
  public var value: Double
  /// What is written there.
  public var label: String

  /// A tick of this value and label.
  public init(value: Double, label: String) {
    self.value = value
    self.label = label
  }
}

/// Chooses round places for ticks: steps of 1, 2 or 5 times a power of ten.
public enum Ticks {
  /// At most `maximum` ticks inside `lower ... upper`; one at `lower` if the range is empty or not finite.
  public static func nice(_ lower: Double, _ upper: Double, maximum: Int) -> [Tick] {
    guard lower.isFinite, upper.isFinite, upper > lower, (upper - lower).isFinite, maximum > 1 else {
      return [Tick(value: lower, label: formatted(lower))]
    }
    // One tick more fits than intervals, if the ends fall well; if they do not, the next step is taken.
    let fine = ticks(lower, upper, niceStep(atLeast: (upper - lower) / Double(maximum)))
    if fine.count <= maximum { return fine }
    return ticks(lower, upper, niceStep(atLeast: (upper - lower) / Double(maximum - 1)))
  }

  /// The same for whole numbers, such as steps and indices: never a fraction.
  public static func whole(_ lower: Int, _ upper: Int, maximum: Int) -> [Tick] {
    guard upper > lower, maximum > 1 else { return [Tick(value: Double(lower), label: String(lower))] }
    let (lower, span) = (Double(lower), Double(upper) - Double(lower))
    let fine = ticks(lower, lower + span, niceStep(atLeast: max(1, span / Double(maximum))))
    if fine.count <= maximum { return fine }
    return ticks(lower, lower + span, niceStep(atLeast: max(1, span / Double(maximum - 1))))
  }

  /// Round places on a logarithmic axis inside `lower ... upper`, which must be above 0, at most `maximum` of them:
  /// 1, 2 and 5 times powers of ten, or only the powers, or only some of them.
  public static func powers(_ lower: Double, _ upper: Double, maximum: Int) -> [Tick] {
    guard lower > 0, upper.isFinite, upper > lower, maximum > 1 else {
      return nice(lower, upper, maximum: maximum)
    }
    let first = Int(floor(log10(lower)))
    let last = Int(ceil(log10(upper)))
    func places(_ factors: [Int], every stride: Int) -> [Tick] {
      Swift.stride(from: first, through: last, by: stride).flatMap { power in
        factors.compactMap { factor in
          // From the digits, so that it is the number that a person writes.
          guard let value = Double("\(factor)e\(power)"), value >= lower, value <= upper else { return nil }
          return Tick(
            value: value, label: (1e4..<1e15).contains(value) ? formatted(Int(value)) : formatted(value))
        }
      }
    }
    let choices =
      [places([1, 2, 5], every: 1)] + (1...max(1, last - first)).lazy.map { places([1], every: $0) }
    let fine = choices.first { (2...maximum).contains($0.count) }
    return fine ?? nice(lower, upper, maximum: maximum)
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
