import Glibc

/// `-log softmax(numbers)[label]`, with the gradient `softmax - one hot`.
package struct CrossEntropy: Criterion {
  package static let kind = "cross_entropy"
  package static var fields: [Field<CrossEntropy>] { [] }

  package init() {}

  package func check(_ target: Target, batch: Int, outputs: Int) throws(QLIFError) {
    try checkLabels(target, batch: batch, outputs: outputs)
  }

  package func sample(
    _ numbers: Floats, outputs: Int, target: Target, sample: Int, weight: Double, gradient: MutableFloats?
  ) -> Double {
    guard let label = target.label(of: sample) else { return 0 }
    var largest = numbers[0]
    for unit in 1..<max(1, outputs) { largest = max(largest, numbers[unit]) }
    let sum = kernels.exponentials(count: outputs, values: numbers, largest: largest, output: gradient)
    if let gradient {
      let scale = Float(weight) / sum
      for unit in 0..<outputs { gradient[unit] *= scale }
      gradient[label] -= Float(weight)
    }
    return weight * (log(Double(sum)) + Double(largest - numbers[label]))
  }
}
