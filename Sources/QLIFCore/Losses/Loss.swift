import Glibc

/// Cross-entropy of the softmax of logits read off the output layer, mean over the batch.
package enum Loss: String, Codable, Sendable, CaseIterable {
  /// Logits alpha[t], summed over the steps: the published loss.
  case membrane
  /// Logits: alpha summed over the steps.
  case summedMembrane = "summed_membrane"
  /// Logits: spikes summed over the steps.
  case spikeCount = "spike_count"

  /// The loss of one sample and, where asked, its gradient with respect to the output layer's alpha or, for
  /// `.spikeCount`, spikes.
  ///   alpha      [steps, stride]
  ///   weight     what the sample weighs: 1 / batch
  ///   gradient   [steps, stride], all of it written; the padding with 0
  func sample(
    sums: OutputSums, alpha: Floats, steps: Int, stride: Int, label: Int, weight: Double,
    gradient: MutableFloats?
  ) -> Double {
    let classes = sums.classes
    gradient?.update(repeating: 0, count: steps * stride)
    switch self {
    case .membrane:
      return (0..<steps).reduce(0) { loss, step in
        loss
          + crossEntropy(alpha + step * stride, classes, label, weight, gradient.map { $0 + step * stride })
      }
    case .summedMembrane, .spikeCount:
      let logits = self == .summedMembrane ? sums.alpha : sums.spikes
      let loss = crossEntropy(logits, classes, label, weight, gradient)
      if let gradient {
        for step in 1..<max(1, steps) { (gradient + step * stride).update(from: gradient, count: classes) }
      }
      return loss
    }
  }
}

/// `-weight log softmax(logits)[label]`; `slope`, where asked, becomes its gradient, `weight (softmax - one hot)`.
private func crossEntropy(
  _ logits: Floats, _ classes: Int, _ label: Int, _ weight: Double, _ slope: MutableFloats?
) -> Double {
  var largest = logits[0]
  for unit in 1..<max(1, classes) { largest = max(largest, logits[unit]) }
  let sum = kernels.exponentials(count: classes, values: logits, largest: largest, output: slope)
  if let slope {
    let scale = Float(weight) / sum
    for unit in 0..<classes { slope[unit] *= scale }
    slope[label] -= Float(weight)
  }
  return weight * (log(Double(sum)) + Double(largest - logits[label]))
}
