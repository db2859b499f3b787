/// Huber's loss (P. J. Huber, "Robust estimation of a location parameter", 1964), mean over the outputs: half the
/// square of a difference up to `delta`, beyond it `delta (|difference| - delta / 2)`. As `torch.nn.HuberLoss`.
package struct Huber: DifferenceCriterion {
  package static let kind = "huber"

  /// The difference up to which it is a square.
  package var delta: Float = 1

  package static var fields: [Field<Huber>] {
    [.number("delta", \.delta, "above 0") { $0 > 0 }]
  }

  package init() {}

  func cost(_ difference: Float) -> (value: Double, halfSlope: Float) {
    let bounded = min(max(difference, -delta), delta)
    return (Double(bounded) * (Double(difference) - Double(bounded) / 2), bounded / 2)
  }
}
