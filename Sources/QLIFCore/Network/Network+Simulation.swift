/// What a simulation recorded: for each layer [steps, batch, neurons], or nothing where it was not asked for.
package struct Recording {
  package let steps: Int
  package let spikes: [[Float]]
  package let alpha: [[Float]]
}

/// Where the records of one layer go; nil: nowhere. [steps, batch, neurons of the layer]
package struct RecordTarget {
  package var spikes: MutableFloats?
  package var alpha: MutableFloats?

  package init(spikes: MutableFloats? = nil, alpha: MutableFloats? = nil) {
    self.spikes = spikes
    self.alpha = alpha
  }
}

extension Network {
  /// Runs the network and writes the records that are asked for, one target for each layer.
  package func simulate(_ input: Input, into targets: [RecordTarget], noise: NoiseRun = NoiseRun())
    throws(QLIFError)
  {
    guard targets.count == layers.count else {
      throw .shape("records: \(targets.count) entries, expected one for each of \(layers.count) layers")
    }
    let pass = try Pass(
      self, input, noise, learns: false, recordsAlpha: targets.first.map { $0.alpha != nil } ?? false)
    for (index, target) in targets.enumerated() where target.alpha != nil {
      guard layers[index].neuron != nil else {
        throw .invalid("records[\(index)].alpha: layer \(index) is a pooling and has none, expected NULL")
      }
      try pass.workspace.keepAlpha(of: index)
    }
    try pass.forEachBlock { block in
      for (layer, target) in zip(layers, targets) {
        record(layer, block, pass, into: target)
      }
    }
    // Alpha of hidden layers is for this call alone.
    if targets.dropLast().contains(where: { $0.alpha != nil }) { workspace = nil }
  }

  private func record(
    _ layer: Layer, _ block: Block, _ pass: Pass, into target: RecordTarget
  ) {
    let memory = block.layers[layer.index]
    let average: SpikeSource? = if case .averagePool(let source) = layer.stage { source } else { nil }
    for (slot, sample) in block.samples.enumerated() {
      for step in 0..<pass.steps {
        let row = slot * pass.steps + step
        let offset = (step * pass.input.batch + sample) * layer.units
        if let alpha = target.alpha, let own = memory.alpha {
          let values = own.base + row * layer.paddedUnits
          layer.forEachNeuron { number, place in alpha[offset + place] = values[number] }
        }
        guard let spikes = target.spikes.map({ $0 + offset }) else { continue }
        if let average, let index = layer.source {
          let bits = block.layers[index].spikes.base + row * layers[index].words
          spikes.update(repeating: 0, count: layer.units)
          for neuron in 0..<average.count {
            if let input = average.input(of: neuron) { spikes[input] += average.weight * spike(bits, neuron) }
          }
        } else {
          let bits = memory.spikes.base + row * layer.words
          layer.forEachNeuron { number, place in spikes[place] = spike(bits, number) }
        }
      }
    }
  }

  private func spike(_ row: UnsafePointer<UInt64>, _ unit: Int) -> Float {
    Float((row[unit / 64] >> UInt64(unit % 64)) & 1)
  }

  /// Runs a batch, constant in time (`steps` 0) or a sequence, and returns what was recorded.
  package func simulate(
    values: UnsafeBufferPointer<Float>, batch: Int, steps: Int = 0, recordSpikes: [Bool], recordAlpha: [Bool],
    noise: NoiseRun = NoiseRun()
  ) throws(QLIFError) -> Recording {
    let input = try Input(values.baseAddress, count: values.count, batch: batch, steps: steps, for: self)
    let length = steps == 0 ? self.steps : steps
    var spikes: [Buffer<Float>?] = []
    var alpha: [Buffer<Float>?] = []
    for (index, layer) in layers.enumerated() {
      let size = try product([length, batch, layer.units], of: "records of layer \(index)")
      let keepSpikes = recordSpikes.indices.contains(index) && recordSpikes[index]
      let keepAlpha = recordAlpha.indices.contains(index) && recordAlpha[index]
      spikes.append(keepSpikes ? try Buffer(size, for: "records of layer \(index)") : nil)
      alpha.append(keepAlpha ? try Buffer(size, for: "records of layer \(index)") : nil)
    }
    try simulate(
      input, into: zip(spikes, alpha).map { RecordTarget(spikes: $0?.base, alpha: $1?.base) }, noise: noise)
    return Recording(
      steps: length, spikes: spikes.map { $0.map { Array($0.values) } ?? [] },
      alpha: alpha.map { $0.map { Array($0.values) } ?? [] })
  }

  /// Predicts a class for each sample.
  ///   labels   [batch], or nil
  ///   scores   [batch, classes], or nil: spikes or alpha per step
  package func predict(
    _ input: Input, readout: Readout, labels: UnsafeMutablePointer<Int64>?, scores: MutableFloats?,
    noise: NoiseRun = NoiseRun()
  ) throws(QLIFError) {
    let classes = try classes()
    let pass = try Pass(self, input, noise, learns: false)
    try pass.forEachBlock { block in
      for (slot, sample) in block.samples.enumerated() {
        guard let sums = pass.readOut(block, slot: slot) else { continue }
        labels?[sample] = Int64(sums.label(readout))
        guard let scores else { continue }
        for unit in 0..<classes {
          scores[sample * classes + unit] = sums.scores(readout)[unit] / Float(pass.steps)
        }
      }
    }
  }
}
