/// What one pass over a batch showed.
package struct Report {
  package var loss = 0.0
  /// Of the update; 0 where nothing was updated.
  package var learningRate = 0.0
  /// Before clipping; 0 where no gradient was computed.
  package var gradientNorm = 0.0
  /// Samples whose prediction was right.
  package var correct = 0
  /// Spikes per neuron and step of each layer.
  package var firingRates: [Float] = []
}

extension Network {
  /// The loss of a batch, without learning from it.
  package func evaluate(
    _ input: Input, labels: UnsafePointer<Int64>?, loss: Loss, readout: Readout,
    noise: NoiseRun = NoiseRun()
  ) throws(QLIFError) -> Report {
    let labels = try checked(labels, count: input.batch)
    let pass = try Pass(self, input, noise, learns: false)
    return try run(pass, labels, loss, readout)
  }

  /// The loss, and its gradient with respect to every parameter in `Parameter.gradient`. Without dropout.
  package func lossAndGradients(
    _ input: Input, labels: UnsafePointer<Int64>?, loss: Loss, noise: NoiseRun = NoiseRun()
  ) throws(QLIFError) -> Double {
    let labels = try checked(labels, count: input.batch)
    let pass = try Pass(self, input, noise, learns: true)
    return try run(pass, labels, loss, .spikeCount).loss
  }

  /// Loss, predictions and gradients of a training step, dropout and all.
  func learn(
    _ input: Input, labels: UnsafePointer<Int64>?, loss: Loss, readout: Readout, dropoutKey: UInt64,
    noise: NoiseRun = NoiseRun()
  ) throws(QLIFError) -> Report {
    let labels = try checked(labels, count: input.batch)
    var pass = try Pass(self, input, noise, learns: true)
    pass.dropoutKey = dropoutKey
    return try run(pass, labels, loss, readout)
  }

  private func run(
    _ pass: Pass, _ labels: UnsafePointer<Int64>, _ loss: Loss, _ readout: Readout
  ) throws(QLIFError) -> Report {
    guard let last = layers.last else { return Report() }
    let weight = 1 / Double(pass.input.batch)
    try pass.project()
    pass.workspace.forEachBlock { block in
      pass.forward(block)
      let memory = block.layers[last.index]
      guard let alpha = memory.alpha else { return }
      let gradient = loss == .spikeCount ? memory.spikeGradient : memory.alphaGradient
      for (slot, sample) in block.samples.enumerated() {
        guard let sums = pass.readOut(block, slot: slot) else { continue }
        let label = Int(labels[sample])
        if sums.label(readout) == label { block.tally.correct += 1 }
        let offset = slot * pass.steps * last.paddedUnits
        block.tally.loss += loss.sample(
          sums: sums, alpha: alpha.base + offset, steps: pass.steps, stride: last.paddedUnits, label: label,
          weight: weight, gradient: gradient.map { $0.base + offset })
      }
      if pass.workspace.learns { pass.backward(block, throughSpikes: loss == .spikeCount) }
    }
    try pass.checkCurrents()
    if pass.workspace.learns { try pass.gatherGradients() }

    var report = Report()
    for share in pass.workspace.shares {
      report.loss += share.tally.loss
      report.correct += share.tally.correct
    }
    report.firingRates = layers.map { layer in
      var counted = layer
      // An average fires as often as what it averages.
      while case .averagePool = counted.stage, let source = counted.source { counted = layers[source] }
      let spikes = pass.workspace.shares.reduce(0) { $0 + $1.tally.spikes[counted.index] }
      return Float(Double(spikes) / (Double(pass.input.batch) * Double(pass.steps) * Double(counted.units)))
    }
    return report
  }

  private func checked(_ labels: UnsafePointer<Int64>?, count: Int) throws(QLIFError) -> UnsafePointer<Int64>
  {
    let classes = try classes()
    guard let labels else { throw .invalid("labels: NULL") }
    for sample in 0..<count where !(0..<Int64(classes)).contains(labels[sample]) {
      throw .invalid("labels[\(sample)]: \(labels[sample]), expected 0 to \(classes - 1)")
    }
    return labels
  }
}
