/// What is read off the output layer for a loss.
package enum Reading: String, Sendable, CaseIterable {
  /// The membranes at every step; the losses of the steps are summed (with cross-entropy, the published loss).
  case membrane
  /// The membranes summed over the steps.
  case membraneSum = "membrane_sum"
  /// The spikes summed over the steps.
  case spikeCount = "spike_count"

  /// Whether it is of membranes, not of spikes.
  var isOfMembranes: Bool { self != .spikeCount }
}

/// What training makes small: a criterion on what is read off the outputs, mean over the batch.
package struct Loss: Sendable {
  package var criterion: any Criterion = CrossEntropy()
  package var reading = Reading.membrane

  package init(_ criterion: any Criterion = CrossEntropy(), _ reading: Reading = .membrane) {
    self.criterion = criterion
    self.reading = reading
  }

  /// Reads `{"kind": "cross_entropy", "reading": "membrane", ...}`, with the criterion's own constants.
  package init(_ reader: inout DescriptionReader) throws(QLIFError) {
    if let value = reader.take("reading") {
      let names = Reading.allCases.map(\.rawValue).joined(separator: ", ")
      guard case .text(let name) = value, let reading = Reading(rawValue: name) else {
        throw .invalid("\(reader.place(of: "reading")): \(value.excerpt), expected one of \(names)")
      }
      self.reading = reading
    }
    criterion = try CriterionKind.read(&reader)
  }

  package var description: JSONValue {
    guard case .object(let constants) = criterion.description else { return .null }
    return .object(constants.merging(["reading": .text(reading.rawValue)]) { own, _ in own })
  }

  /// - Throws: where the target does not fit the criterion or the outputs.
  func check(_ target: Target, for input: Input, of network: Network) throws(QLIFError) {
    try criterion.check(target, batch: input.batch, outputs: network.outputs())
  }

  /// The loss of one sample and, where asked, its gradient with respect to the output layer's membranes or spikes.
  ///   membrane   [steps, stride]
  ///   weight     what the sample weighs: 1 / batch
  ///   gradient   [steps, stride], all of it written; the padding with 0
  func sample(
    sums: OutputSums, membrane: Floats, steps: Int, stride: Int, target: Target, sample: Int, weight: Double,
    gradient: MutableFloats?
  ) -> Double {
    let outputs = sums.classes
    gradient?.update(repeating: 0, count: steps * stride)
    switch reading {
    case .membrane:
      return (0..<steps).reduce(0) { loss, step in
        loss
          + criterion.sample(
            membrane + step * stride, outputs: outputs, target: target, sample: sample, weight: weight,
            gradient: gradient.map { $0 + step * stride })
      }
    case .membraneSum, .spikeCount:
      let numbers = reading.isOfMembranes ? sums.membrane : sums.spikes
      let loss = criterion.sample(
        numbers, outputs: outputs, target: target, sample: sample, weight: weight, gradient: gradient)
      if let gradient {
        for step in 1..<max(1, steps) { (gradient + step * stride).update(from: gradient, count: outputs) }
      }
      return loss
    }
  }
}
