/// Huber's loss (P. J. Huber, "Robust estimation of a location parameter", 1964), mean over the outputs: half the
/// square of a difference up to `delta`, beyond it `delta (|difference| - delta / 2)`. As `torch.nn.HuberLoss`.
package struct Huber: Criterion {
  package static let kind = "huber"

  /// The difference up to which it is a square.
  package var delta: Float = 1

  package static var fields: [Field<Huber>] {
    [.number("delta", \.delta, "above 0") { $0 > 0 }]
  }

  package init() {}

  package func check(_ target: Target, batch: Int, outputs: Int) throws(QLIFError) {
    try checkValues(target, batch: batch, outputs: outputs)
  }

  package func sample(
    _ numbers: Floats, outputs: Int, target: Target, sample: Int, weight: Double, gradient: MutableFloats?
  ) -> Double {
    guard case .values(let values, _) = target else { return 0 }
    let share = weight / Double(outputs)
    var sum = 0.0
    for unit in 0..<outputs {
      let difference = numbers[unit] - values[sample * outputs + unit]
      let bounded = min(max(difference, -delta), delta)
      sum += Double(bounded) * (Double(difference) - Double(bounded) / 2)
      gradient?[unit] = Float(share) * bounded
    }
    return share * sum
  }
}
