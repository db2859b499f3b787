/// How far numbers read off the outputs are from a target.
///
/// To add one, write its type in a file of its own and name it in `CriterionKind.all`.
package protocol Criterion: DescribedKind, Sendable {
  /// - Throws: where the target is of a kind that it cannot compare with, or not of `outputs` outputs.
  func check(_ target: Target, batch: Int, outputs: Int) throws(QLIFError)

  /// The loss of one sample's numbers, times `weight`, and where asked its gradient with respect to them.
  ///   numbers    [outputs]
  ///   gradient   [outputs, padded to a multiple of 16], the padding 0
  func sample(
    _ numbers: Floats, outputs: Int, target: Target, sample: Int, weight: Double, gradient: MutableFloats?
  ) -> Double
}

/// A criterion of the difference of each number from its target, mean over the outputs.
protocol DifferenceCriterion: Criterion {
  /// What a difference costs, and half the slope of that: a float32 may not hold the whole of a large one.
  func cost(_ difference: Float) -> (value: Double, halfSlope: Float)
}

extension DifferenceCriterion {
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
      let cost = cost(numbers[unit] - values[sample * outputs + unit])
      sum += cost.value
      gradient?[unit] = Float(2 * share) * cost.halfSlope
    }
    return share * sum
  }
}

/// The criteria, by name.
package enum CriterionKind {
  package static let all: [any Criterion.Type] = [CrossEntropy.self, MeanSquaredError.self, Huber.self]

  static func read(_ reader: inout DescriptionReader) throws(QLIFError) -> any Criterion {
    try reader.kind(of: all.map { ($0.kind, $0) }).type.init(&reader)
  }
}

extension Criterion {
  /// Checks labels of classes, one for each output.
  func checkLabels(_ target: Target, batch: Int, outputs: Int) throws(QLIFError) {
    guard case .labels(let labels) = target else {
      throw .invalid("target.values: the loss \(Self.kind) compares with classes, expected labels")
    }
    for sample in 0..<batch where !(0..<Int64(outputs)).contains(labels[sample]) {
      throw .invalid("target.labels[\(sample)]: \(labels[sample]), expected 0 to \(outputs - 1)")
    }
  }

  /// Checks numbers, one for each output.
  func checkValues(_ target: Target, batch: Int, outputs: Int) throws(QLIFError) {
    guard case .values(let values, let count) = target else {
      throw .invalid("target.labels: the loss \(Self.kind) compares with numbers, expected values")
    }
    guard count == batch * outputs else {
      throw .shape(
        "target.values: \(count) values, expected \(batch * outputs) for \(shapeText([batch, outputs]))")
    }
    guard kernels.areFinite(count: count, values: values, times: 1) else {
      throw .notFinite("target.values: they hold NaN or infinity, expected finite values")
    }
  }
}
