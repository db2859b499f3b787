import Synchronization

/// One pass of a batch through a network.
struct Pass {
  let network: Network
  let input: Input
  let steps: Int
  let workspace: Workspace
  /// Where dropout's random numbers come from; nil: no dropout.
  var dropoutKey: UInt64?

  let noise: NoiseRun
  /// Layers of which a current may be NaN or too large, by the size of their parameters.
  private var unboundedLayers: Set<Int> = []
  /// The qubits of each layer that needs them.
  private let qubits: [LayerQubits?]

  /// - Parameter recordsAlpha: of the first layer.
  init(_ network: Network, _ input: Input, _ noise: NoiseRun, learns: Bool, recordsAlpha: Bool = false)
    throws(QLIFError)
  {
    self.network = network
    self.input = input
    self.noise = noise
    let none = NetworkNoise.layers(network.layers.map { _ in nil })
    qubits = try (noise.noise ?? none).qubits(of: network)
    let currents =
      input.isConstant
      ? network.currentsOfConstantInput(
        qubits.first ?? nil, ofSpikesAlone: !learns && !recordsAlpha && network.layers.count > 1) : nil
    steps = input.isConstant ? network.steps : input.sequenceSteps
    if let known = network.workspace, known.batch == input.batch, known.steps == steps,
      known.constantCurrents == currents, known.learns == learns, known.isUsable
    {
      workspace = known
    } else {
      network.workspace = nil
      workspace = try Workspace(
        network: network, batch: input.batch, steps: steps, constantCurrents: currents, learns: learns)
      network.workspace = workspace
    }
    for layer in network.layers.dropFirst() {
      guard let synapse = layer.synapse else { continue }
      try synapse.prepareForSpikes(backward: learns)
      if !(synapse.boundOfCurrents < Double(Self.largestCurrent)) { unboundedLayers.insert(layer.index) }
    }
  }

  private var layers: [Layer] { network.layers }

  // MARK: Whole batches

  /// The input layer's currents: a product of the whole batch.
  /// - Throws: where they are NaN or too large.
  func project() throws(QLIFError) {
    try layers[0].synapse?.project(
      input.values, rows: workspace.inputRows, currents: workspace.inputCurrentCount,
      into: workspace.inputCurrents.base)
    let currents = workspace.inputCurrents
    let chunk = 1 << 16
    let notFinite = Atomic(false)
    Threads.run(padded(currents.count, to: chunk) / chunk) { task in
      let first = task * chunk
      let count = min(chunk, currents.count - first)
      if !areModerate(count, currents.base + first) {
        notFinite.store(true, ordering: .relaxed)
      }
    }
    if notFinite.load(ordering: .relaxed) { throw Self.notFinite(layer: 0) }
  }

  /// Runs the batch forwards and calls `body` with each block, or, where currents are NaN or too large, never.
  func forEachBlock(_ body: (Block) -> Void) throws(QLIFError) {
    try project()
    // What a block writes to the caller's arrays cannot be taken back: where large parameters make it possible that a
    // later one fails, they all run once before.
    if !unboundedLayers.isEmpty {
      workspace.forEachBlock { forward($0) }
      try checkCurrents()
    }
    workspace.forEachBlock { block in
      forward(block)
      body(block)
    }
  }

  /// The parameters' gradients, from what the shares have gathered.
  func gatherGradients() throws(QLIFError) {
    guard let synapse = layers[0].synapse, let gradient = workspace.inputGradient?.base else { return }
    try synapse.gatherGradients(
      input.values, rows: workspace.inputRows, currents: workspace.inputCurrentCount, gradient: gradient)
    for (index, parameter) in synapse.parameters.enumerated() {
      // Weights of all currents come first, then biases.
      if index % synapse.currents < workspace.inputCurrentCount {
        parameter.hasGradient = true
      } else {
        parameter.clearGradient()
      }
    }
    for layer in layers.dropFirst() {
      guard let synapse = layer.synapse else { continue }
      for parameter in layer.parameters { parameter.hasGradient = true }
      synapse.gather(shares: workspace.shares.compactMap { $0.parameterGradients[layer.index]?.base })
    }
  }

  /// - Throws: where a layer's currents were NaN or too large: a parameter is.
  ///
  /// This finds every parameter that is not finite and had a part in the result, since a product with it is not
  /// finite either; one without a part leaves the result right.
  func checkCurrents() throws(QLIFError) {
    guard let layer = workspace.shares.compactMap(\.tally.notFinite).min() else { return }
    throw Self.notFinite(layer: layer)
  }

  private static func notFinite(layer: Int) -> QLIFError {
    .notFinite(
      "parameters of layer \(layer): their currents are NaN or beyond \(largestCurrent), expected finite inputs and"
        + " parameters of moderate size")
  }

  /// Sums of currents over all steps that a run may have, and sums of these, stay finite.
  private static let largestCurrent: Float = 1e20

  private func areModerate(_ count: Int, _ currents: MutableFloats) -> Bool {
    kernels.areFinite(
      count: count, values: currents, times: Float.greatestFiniteMagnitude / Self.largestCurrent)
  }

  // MARK: Blocks, forwards

  func forward(_ block: Block) {
    for layer in layers {
      let memory = block.layers[layer.index]
      switch layer.stage {
      case .spiking(let synapse, let neuron):
        if let currents = memory.currents, let source = layer.source {
          synapse.forward(
            spikeRows(of: source, block), scale: spikeWeight(of: source), into: currents.base,
            block.memory.scratch)
        }
        fire(layer, synapse, neuron, block)
      case .maxPool(let pool):
        guard let source = layer.source else { continue }
        let rows = spikeRows(of: source, block)
        kernels.maxPoolForward(
          pool.window, rows: rows.rows, spikes: rows.bits, output: memory.spikes.base,
          memory: block.memory.rawScratch)
        for word in 0..<rows.rows * layer.words {
          block.tally.spikes[layer.index] += memory.spikes.base[word].nonzeroBitCount
        }
      case .averagePool:
        continue
      }
    }
  }

  private func fire(
    _ layer: Layer, _ synapse: any Synapse, _ neuron: any Neuron, _ block: Block
  ) {
    let memory = block.layers[layer.index]
    if block.tally.notFinite == nil, unboundedLayers.contains(layer.index), let currents = memory.currents,
      !areModerate(block.samples.count * steps * synapse.columns, currents.base)
    {
      block.tally.notFinite = layer.index
    }
    for (slot, sample) in block.samples.enumerated() {
      let spikes = UnsafeMutableRawPointer(memory.spikes.base + slot * steps * layer.words)
      let count = neuron.forward(
        currents(of: synapse, memory, sample: sample, slot: slot),
        run(layer, neuron, block, sample: sample, slot: slot),
        spikes: spikes.assumingMemoryBound(to: UInt16.self),
        alpha: memory.alpha.map { $0.base + slot * steps * layer.paddedUnits })
      block.tally.spikes[layer.index] += count
    }
  }

  /// What the output layer showed for the sample in `slot` of a block; valid until the next one's.
  func readOut(_ block: Block, slot: Int) -> OutputSums? {
    guard let last = layers.last, let alpha = block.layers[last.index].alpha,
      let sums = block.layers[last.index].sums
    else { return nil }
    sums.sum(
      spikes: block.layers[last.index].spikes.base + slot * steps * last.words,
      alpha: alpha.base + slot * steps * last.paddedUnits, steps: steps, words: last.words,
      paddedUnits: last.paddedUnits)
    return sums
  }

  // MARK: Blocks, backwards

  /// From the gradients of the output layer's spikes or alpha, in its memory, back to the parameters.
  func backward(_ block: Block, throughSpikes: Bool) {
    for layer in layers.reversed() {
      let memory = block.layers[layer.index]
      switch layer.stage {
      case .spiking(let synapse, let neuron):
        differentiate(layer, synapse, neuron, block, throughSpikes: throughSpikes)
        guard let source = layer.source, let gradient = memory.currents,
          let parameterGradient = block.share.parameterGradients[layer.index],
          let spikeGradient = block.layers[source].spikeGradient
        else { continue }
        synapse.backward(
          spikeRows(of: source, block), scale: spikeWeight(of: source), gradient: gradient.base,
          share: parameterGradient.base, spikeGradient: spikeGradient.base, block.memory.scratch)
      case .maxPool(let pool):
        guard let source = layer.source, let gradient = memory.spikeGradient,
          let spikeGradient = block.layers[source].spikeGradient
        else { continue }
        let rows = spikeRows(of: source, block)
        kernels.maxPoolBackward(
          pool.window, rows: rows.rows, spikes: rows.bits,
          membranes: layer.sourceOfMembranes.flatMap { block.layers[$0].alpha.map { Floats($0.base) } },
          outputGradient: gradient.base, outputStride: layer.paddedUnits, inputGradient: spikeGradient.base,
          inputStride: rows.paddedUnits, memory: block.memory.rawScratch)
      case .averagePool:
        continue
      }
    }
  }

  /// The gradients of a layer's currents, from those of its spikes or alpha. They take the currents' place, but for
  /// the input layer's.
  private func differentiate(
    _ layer: Layer, _ synapse: any Synapse, _ neuron: any Neuron, _ block: Block,
    throughSpikes: Bool
  ) {
    let memory = block.layers[layer.index]
    let isOutput = layer.index == layers.count - 1
    let arriving = isOutput && !throughSpikes ? memory.alphaGradient : memory.spikeGradient
    guard let arriving else { return }
    for (slot, sample) in block.samples.enumerated() {
      let target: MutableFloats? =
        layer.index == 0
        ? workspace.inputGradient.map { $0.base + sample * workspace.inputWidth }
        : memory.currents.map { $0.base + slot * steps * synapse.columns }
      guard let target else { continue }
      let gradient = Floats(arriving.base + slot * steps * layer.paddedUnits)
      neuron.backward(
        currents(of: synapse, memory, sample: sample, slot: slot),
        run(layer, neuron, block, sample: sample, slot: slot),
        spikeGradient: isOutput && !throughSpikes ? nil : gradient,
        alphaGradient: isOutput && !throughSpikes ? gradient : nil, currentGradient: target)
    }
  }

  // MARK: Parts

  private func spikeRows(of source: Int, _ block: Block) -> SpikeRows {
    SpikeRows(
      bits: block.layers[source].spikes.base, samples: block.samples.count, steps: steps,
      paddedUnits: layers[source].paddedUnits)
  }

  private func currents(of synapse: any Synapse, _ memory: LayerMemory, sample: Int, slot: Int) -> Currents {
    if let own = memory.currents {
      return Currents(
        base: own.base + slot * steps * synapse.columns, stride: synapse.columns,
        offset: synapse.currentStride, count: synapse.currents)
    }
    return Currents(
      base: workspace.inputCurrents.base + sample * workspace.inputWidth,
      stride: workspace.isConstant ? 0 : workspace.batch * workspace.inputWidth,
      offset: synapse.currentStride,
      count: workspace.inputCurrentCount)
  }

  private func run(
    _ layer: Layer, _ neuron: any Neuron, _ block: Block, sample: Int, slot: Int
  ) -> NeuronRun {
    let memory = block.layers[layer.index]
    return layer.run(
      neuron, steps: steps,
      dropoutKey: dropoutKey(of: layer.index).map { Counter.key(Counter.key($0, layer.index), sample) },
      qubits: qubits[layer.index]?.run(key: noise.key(layer: layer.index, sample: sample)),
      states: memory.states.map { $0.base + slot * steps * memory.stateWidth },
      scratch: block.memory.rawScratch)
  }

  /// Dropout concerns the spikes that a next layer receives: the output layer has none.
  private func dropoutKey(of layer: Int) -> UInt64? { layer == layers.count - 1 ? nil : dropoutKey }

  /// What a spike of a layer weighs: those that dropout keeps make up for those that it leaves out, also through a
  /// pooling.
  private func spikeWeight(of layer: Int) -> Float {
    guard dropoutKey(of: layer) != nil else { return 1 }
    if let neuron = layers[layer].neuron { return 1 / (1 - neuron.dropout) }
    return layers[layer].source.map { spikeWeight(of: $0) } ?? 1
  }
}
