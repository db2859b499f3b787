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
    let classes = sums.alpha.count
    gradient?.update(repeating: 0, count: steps * stride)
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: classes) { slope in
      guard let slope = slope.baseAddress else { return 0 }
      switch self {
      case .membrane:
        var loss = 0.0
        for step in 0..<steps {
          let row = alpha + step * stride
          loss += crossEntropy(row, classes, label, weight, slope)
          if let gradient { (gradient + step * stride).update(from: slope, count: classes) }
        }
        return loss
      case .summedMembrane, .spikeCount:
        let logits = self == .summedMembrane ? sums.alpha : sums.spikes
        let loss = logits.withUnsafeBufferPointer { logits in
          logits.baseAddress.map { crossEntropy($0, classes, label, weight, slope) } ?? 0
        }
        if let gradient {
          for step in 0..<steps { (gradient + step * stride).update(from: slope, count: classes) }
        }
        return loss
      }
    }
  }
}

/// `-weight log softmax(logits)[label]`; `slope` becomes its gradient, `weight (softmax - one hot)`.
private func crossEntropy(
  _ logits: Floats, _ classes: Int, _ label: Int, _ weight: Double, _ slope: MutableFloats
) -> Double {
  var largest = logits[0]
  for unit in 1..<max(1, classes) { largest = max(largest, logits[unit]) }
  var sum: Float = 0
  for unit in 0..<classes {
    slope[unit] = expf(logits[unit] - largest)
    sum += slope[unit]
  }
  let scale = Float(weight) / sum
  for unit in 0..<classes { slope[unit] *= scale }
  slope[label] -= Float(weight)
  return weight * (log(Double(sum)) + Double(largest - logits[label]))
}
