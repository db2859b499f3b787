/// What one pass over a batch showed.
package struct Report {
  package var loss = 0.0
  /// Of the update; 0 where nothing was updated.
  package var learningRate = 0.0
  /// Before clipping; 0 where no gradient was computed.
  package var gradientNorm = 0.0
  /// Samples whose prediction was right; 0 where the targets are no labels.
  package var correct = 0
  /// Spikes per neuron and step of each layer.
  package var firingRates: [Float] = []
}

extension Network {
  /// The loss of a batch, without learning from it.
  package func evaluate(
    _ input: Input, _ target: Target, loss: Loss, readout: Readout, noise: NoiseRun = NoiseRun()
  ) throws(QLIFError) -> Report {
    try loss.check(target, for: input, of: self)
    return try run(try Pass(self, input, noise, learns: false), target, loss, readout)
  }

  /// The loss, and its gradient with respect to every parameter in `Parameter.gradient`. Without dropout.
  package func lossAndGradients(
    _ input: Input, _ target: Target, loss: Loss, noise: NoiseRun = NoiseRun()
  ) throws(QLIFError) -> Double {
    try loss.check(target, for: input, of: self)
    return try run(try Pass(self, input, noise, learns: true), target, loss, .spikeCount).loss
  }

  /// Loss, predictions and gradients of a training step, dropout and all.
  func learn(
    _ input: Input, _ target: Target, loss: Loss, readout: Readout, dropoutKey: UInt64,
    noise: NoiseRun = NoiseRun()
  ) throws(QLIFError) -> Report {
    try loss.check(target, for: input, of: self)
    var pass = try Pass(self, input, noise, learns: true)
    pass.dropoutKey = dropoutKey
    return try run(pass, target, loss, readout)
  }

  private func run(
    _ pass: Pass, _ target: Target, _ loss: Loss, _ readout: Readout
  ) throws(QLIFError) -> Report {
    guard let last = layers.last else { return Report() }
    var pass = pass
    pass.lossIsOfMembranes = loss.reading.isOfMembranes
    let weight = 1 / Double(pass.input.batch)
    try pass.project()
    pass.workspace.forEachBlock { block in
      pass.forward(block)
      let memory = block.layers[last.index]
      guard let membrane = memory.membrane else { return }
      let gradient = pass.lossIsOfMembranes ? memory.membraneGradient : memory.spikeGradient
      for (slot, sample) in block.samples.enumerated() {
        guard let sums = pass.readOut(block, slot: slot) else { continue }
        if let label = target.label(of: sample), sums.label(readout) == label { block.counts.correct += 1 }
        let offset = slot * pass.steps * last.shape.paddedUnits
        block.counts.loss += loss.sample(
          sums: sums, membrane: membrane.base + offset, steps: pass.steps, stride: last.shape.paddedUnits,
          target: target, sample: sample, weight: weight, gradient: gradient.map { $0.base + offset })
      }
      if pass.workspace.learns { pass.backward(block) }
    }
    try pass.checkCurrents()
    if pass.workspace.learns { try pass.gatherGradients() }

    var report = Report()
    for shard in pass.workspace.shards {
      report.loss += shard.counts.loss
      report.correct += shard.counts.correct
    }
    report.firingRates = layers.map { layer in
      // A sum of spikes fires as often as what it sums.
      let counted = layers[layer.output.layer ?? layer.index]
      let spikes = pass.workspace.shards.reduce(0) { $0 + $1.counts.spikes[counted.index] }
      return Float(
        Double(spikes) / (Double(pass.input.batch) * Double(pass.steps) * Double(counted.shape.units)))
    }
    return report
  }
}
