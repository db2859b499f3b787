/// Where the records of one layer go; nil: nowhere.
package struct RecordTarget {
  /// [steps, batch, neurons of the layer]
  package var spikes: MutableFloats?
  /// [steps, batch, neurons of the layer]
  package var membrane: MutableFloats?
  /// [currents of a neuron, steps, batch, neurons of the layer]
  package var currents: MutableFloats?

  package init(
    spikes: MutableFloats? = nil, membrane: MutableFloats? = nil, currents: MutableFloats? = nil
  ) {
    self.spikes = spikes
    self.membrane = membrane
    self.currents = currents
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
    for (layer, target) in zip(layers, targets) where layer.neuron == nil {
      for (name, wanted) in [("membrane", target.membrane), ("currents", target.currents)] where wanted != nil
      {
        throw .invalid("records[\(layer.index)].\(name): layer \(layer.index) has no neurons, expected NULL")
      }
    }
    let first = targets[0]
    let pass = try Pass(
      self, input, noise, learns: false,
      recordsFirst: first.currents != nil ? .currents : first.membrane != nil ? .membranes : .spikes)
    for (index, target) in targets.enumerated() where target.membrane != nil {
      try pass.workspace.keepMembrane(of: index)
    }
    try pass.forEachBlock { block in
      for (layer, target) in zip(layers, targets) { record(layer, block, pass, into: target) }
    }
    // Membranes of hidden layers are for this call alone.
    if targets.dropLast().contains(where: { $0.membrane != nil }) { workspace = nil }
  }

  private func record(_ layer: any Layer, _ block: Block, _ pass: Pass, into target: RecordTarget) {
    let memory = block.layers[layer.index]
    let shape = layer.shape
    for (slot, sample) in block.samples.enumerated() {
      if let currents = target.currents {
        record(
          (layer as? SpikingLayer)?.currents(block, pass, sample: sample, slot: slot), shape, pass, sample,
          currents)
      }
      for step in 0..<pass.steps {
        let row = slot * pass.steps + step
        let offset = (step * pass.input.batch + sample) * shape.units
        if let membrane = target.membrane, let own = memory.membrane {
          let values = own.base + row * shape.paddedUnits
          shape.forEachNeuron { number, place in membrane[offset + place] = values[number] }
        }
        guard let spikes = target.spikes.map({ $0 + offset }) else { continue }
        if layer.ownsSpikes {
          let bits = memory.spikes.base + row * shape.words
          shape.forEachNeuron { number, place in spikes[place] = spike(bits, number) }
        } else if let index = layer.output.layer {
          let bits = block.layers[index].spikes.base + row * layers[index].shape.words
          let sum = layer.output
          spikes.update(repeating: 0, count: shape.units)
          for neuron in 0..<sum.count {
            if let input = sum.input(of: neuron) { spikes[input] += sum.weight * spike(bits, neuron) }
          }
        }
      }
    }
  }

  /// The currents of one sample at every step.
  private func record(
    _ currents: Currents?, _ shape: LayerShape, _ pass: Pass, _ sample: Int, _ target: MutableFloats
  ) {
    guard let currents else { return }
    for current in 0..<currents.count {
      for step in 0..<pass.steps {
        let values = currents.base + step * currents.stride + current * currents.offset
        let row = target + ((current * pass.steps + step) * pass.input.batch + sample) * shape.units
        shape.forEachNeuron { number, place in row[place] = values[number] }
      }
    }
  }

  private func spike(_ row: UnsafePointer<UInt64>, _ unit: Int) -> Float {
    Float((row[unit / 64] >> UInt64(unit % 64)) & 1)
  }

  /// Predicts a class for each sample.
  ///   labels   [batch], or nil
  ///   scores   [batch, classes], or nil: spikes or membranes per step
  package func predict(
    _ input: Input, readout: Readout, labels: UnsafeMutablePointer<Int64>?, scores: MutableFloats?,
    noise: NoiseRun = NoiseRun()
  ) throws(QLIFError) {
    let classes = try outputs()
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
