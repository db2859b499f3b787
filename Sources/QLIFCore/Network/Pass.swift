/// One pass of a batch through a network.
struct Pass {
  let network: Network
  let input: Input
  let steps: Int
  let workspace: Workspace
  /// Where dropout's random numbers come from; nil: no dropout.
  var dropoutKey: UInt64?

  init(_ network: Network, _ input: Input, learns: Bool) throws(QLIFError) {
    self.network = network
    self.input = input
    steps = input.isConstant ? network.steps : input.sequenceSteps
    if let known = network.workspace, known.batch == input.batch, known.steps == steps,
      known.isConstant == input.isConstant, known.learns == learns
    {
      workspace = known
    } else {
      network.workspace = nil
      workspace = try Workspace(
        network: network, batch: input.batch, steps: steps, isConstant: input.isConstant, learns: learns)
      network.workspace = workspace
    }
    for layer in network.layers.dropFirst() { try layer.synapse.prepareForSpikes(backward: learns) }
  }

  private var layers: [Layer] { network.layers }

  // MARK: Whole batches

  /// The input layer's currents: a product of the whole batch.
  func project() {
    guard let synapse = layers.first?.synapse else { return }
    let currents = workspace.inputCurrents.base
    Threads.run(synapse.tiles) { tile in
      synapse.forward(
        tile: tile, input: input.values, rows: workspace.inputRows, currents: workspace.inputCurrentCount,
        into: currents)
    }
  }

  /// The parameters' gradients, from what the shares have gathered.
  func gatherGradients() {
    guard let synapse = layers.first?.synapse, let gradient = workspace.inputGradient?.base else { return }
    Threads.run(synapse.tiles) { tile in
      synapse.backward(
        tile: tile, input: input.values, rows: workspace.inputRows, currents: workspace.inputCurrentCount,
        gradient: gradient)
    }
    for (index, parameter) in synapse.parameters.enumerated() {
      // Weights of all currents come first, then biases.
      if index % layers[0].currentCount < workspace.inputCurrentCount {
        parameter.hasGradient = true
      } else {
        parameter.clearGradient()
      }
    }
    for layer in layers.dropFirst() {
      for parameter in layer.parameters { parameter.hasGradient = true }
      layer.synapse.gather(
        shares: workspace.shares.compactMap { $0.layers[layer.index].parameterGradient?.base })
    }
  }

  /// Calls `body` for each share and each of its blocks, shares in parallel.
  func forEachBlock(_ body: (Share, Range<Int>) -> Void) {
    Threads.run(workspace.shares.count) { index in
      let share = workspace.shares[index]
      share.tally.clear()
      for layer in share.layers { layer.parameterGradient?.clear() }
      for first in stride(from: share.samples.lowerBound, to: share.samples.upperBound, by: share.block) {
        body(share, first..<min(first + share.block, share.samples.upperBound))
      }
    }
  }

  /// - Throws: where a layer's currents were NaN or infinite: a parameter is, or is too large.
  ///
  /// This finds every parameter that is not finite and had a part in the result, since a product with it is not
  /// finite either; one without a part leaves the result right.
  func checkCurrents() throws(QLIFError) {
    guard let layer = workspace.shares.compactMap(\.tally.notFinite).min() else { return }
    throw .notFinite(
      "parameters of layer \(layer): their currents are NaN or infinite, expected finite parameters of moderate size")
  }

  // MARK: Blocks

  func forward(_ share: Share, _ samples: Range<Int>) {
    for layer in layers {
      let memory = share.layers[layer.index]
      if layer.index > 0, let currents = memory.currents {
        let source = layers[layer.index - 1]
        layer.synapse.forward(
          spikes: share.layers[source.index].spikes.base, rows: samples.count * steps,
          scale: spikeWeight(of: source), into: currents.base, indices: share.indices.base)
      }
      if share.tally.notFinite == nil, !currentsAreFinite(of: layer, memory, samples) {
        share.tally.notFinite = layer.index
      }
      for (slot, sample) in samples.enumerated() {
        let spikes = UnsafeMutableRawPointer(memory.spikes.base + slot * steps * layer.words)
        let count = layer.neuron.forward(
          currents(of: layer, memory, sample: sample, slot: slot), run(layer, sample: sample),
          spikes: spikes.assumingMemoryBound(to: UInt16.self),
          alpha: memory.alpha.map { $0.base + slot * steps * layer.paddedUnits })
        share.tally.spikes[layer.index] += count
      }
    }
  }

  /// From the gradients of the output layer's spikes or alpha, in its memory, back to the parameters.
  func backward(_ share: Share, _ samples: Range<Int>, throughSpikes: Bool) {
    for layer in layers.reversed() {
      let memory = share.layers[layer.index]
      let isOutput = layer.index == layers.count - 1
      for (slot, sample) in samples.enumerated() {
        let offset = slot * steps * layer.paddedUnits
        let target: MutableFloats? =
          layer.index == 0
          ? workspace.inputGradient.map { $0.base + sample * workspace.inputWidth }
          : memory.currentGradient.map { $0.base + slot * steps * layer.synapse.columns }
        guard let target else { continue }
        layer.neuron.backward(
          currents(of: layer, memory, sample: sample, slot: slot), run(layer, sample: sample),
          spikeGradient: !isOutput || throughSpikes ? memory.spikeGradient.map { Floats($0.base) + offset } : nil,
          alphaGradient: isOutput && !throughSpikes ? memory.alphaGradient.map { Floats($0.base) + offset } : nil,
          currentGradient: target)
      }
      guard layer.index > 0, let gradient = memory.currentGradient,
        let parameterGradient = memory.parameterGradient
      else { continue }
      let source = layers[layer.index - 1]
      let sourceMemory = share.layers[source.index]
      guard let spikeGradient = sourceMemory.spikeGradient else { continue }
      layer.synapse.backward(
        spikes: sourceMemory.spikes.base, rows: samples.count * steps, scale: spikeWeight(of: source),
        gradient: gradient.base, share: parameterGradient.base, spikeGradient: spikeGradient.base,
        indices: share.indices.base)
    }
  }

  /// What the output layer showed for the sample in `slot` of a block.
  func readOut(_ share: Share, slot: Int, into sums: inout OutputSums) {
    guard let last = layers.last, let alpha = share.layers[last.index].alpha else { return }
    sums.sum(
      spikes: share.layers[last.index].spikes.base + slot * steps * last.words,
      alpha: alpha.base + slot * steps * last.paddedUnits, steps: steps, words: last.words,
      paddedUnits: last.paddedUnits)
  }

  private func currents(of layer: Layer, _ memory: LayerMemory, sample: Int, slot: Int) -> Currents {
    if let own = memory.currents {
      return Currents(
        base: own.base + slot * steps * layer.synapse.columns, stride: layer.synapse.columns,
        offset: layer.paddedUnits)
    }
    return Currents(
      base: workspace.inputCurrents.base + sample * workspace.inputWidth,
      stride: workspace.isConstant ? 0 : workspace.batch * workspace.inputWidth, offset: layer.paddedUnits)
  }

  private func currentsAreFinite(of layer: Layer, _ memory: LayerMemory, _ samples: Range<Int>) -> Bool {
    if let own = memory.currents {
      return kernels.areFinite(count: samples.count * steps * layer.synapse.columns, values: own.base)
    }
    let width = workspace.inputWidth
    return (0..<(workspace.isConstant ? 1 : steps)).allSatisfy { step in
      kernels.areFinite(
        count: samples.count * width,
        values: workspace.inputCurrents.base + (step * workspace.batch + samples.lowerBound) * width)
    }
  }

  private func run(_ layer: Layer, sample: Int) -> NeuronRun {
    layer.run(
      steps: steps, dropoutKey: dropoutKeyIfAny(layer).map { Counter.key(Counter.key($0, layer.index), sample) })
  }

  /// Dropout concerns the spikes that a next layer receives: the output layer has none.
  private func dropoutKeyIfAny(_ layer: Layer) -> UInt64? { layer.index == layers.count - 1 ? nil : dropoutKey }

  /// What a spike of `layer` weighs: those that dropout keeps make up for those that it leaves out.
  private func spikeWeight(of layer: Layer) -> Float {
    dropoutKeyIfAny(layer) == nil ? 1 : 1 / (1 - layer.neuron.dropout)
  }
}
