/// `mean((number - target)^2)` over the outputs.
package struct MeanSquaredError: Criterion {
  package static let kind = "mse"
  package static var fields: [Field<MeanSquaredError>] { [] }

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
      sum += Double(difference) * Double(difference)
      gradient?[unit] = Float(2 * share) * difference
    }
    return share * sum
  }
}
