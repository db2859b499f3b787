import Synchronization

/// One pass of a batch through a network.
package struct Pass {
  let network: Network
  let input: Input
  let steps: Int
  let workspace: Workspace
  let noise: NoiseRun
  /// The neurons of each layer, ready to run.
  let populations: [(any Population)?]
  /// Where dropout's random numbers come from; nil: no dropout.
  var dropoutKey: UInt64?
  /// Whether the loss is of the output layer's membranes, not of its spikes.
  var lossIsOfMembranes = false

  /// Layers of which a current may be NaN or too large, by the size of their parameters.
  private var unboundedLayers: Set<Int> = []

  /// What a caller wants of the first layer beside its spikes, and so has computed of its currents.
  enum FirstLayer {
    case spikes
    case membranes
    case currents
  }

  init(
    _ network: Network, _ input: Input, _ noise: NoiseRun, learns: Bool, recordsFirst: FirstLayer = .spikes
  ) throws(QLIFError) {
    let input = try network.encoder.encoded(input, for: network)
    self.network = network
    self.input = input
    self.noise = noise
    populations = try NetworkNoise.populations(of: network, noise: noise.noise)
    steps = input.isConstant ? network.steps : input.sequenceSteps
    let currents: Int? =
      if input.isConstant, let first = populations[0], let synapse = network.layers[0].synapse {
        recordsFirst == .currents
          ? synapse.currents
          : first.currentsOfConstantInput(
            ofSpikesAlone: !learns && recordsFirst == .spikes && network.layers.count > 1)
      } else {
        nil
      }
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
    for parameter in network.parameters { try parameter.refresh() }
    for layer in network.layers.dropFirst() {
      guard let synapse = layer.synapse else { continue }
      try synapse.prepareForSpikes(backward: learns)
      if !(synapse.boundOfCurrents < Double(Self.largestCurrent)) { unboundedLayers.insert(layer.index) }
    }
  }

  private var layers: [any Layer] { network.layers }

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
      if !Self.areModerate(count, currents.base + first) { notFinite.store(true, ordering: .relaxed) }
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

  /// The parameters' gradients, from what the shards have gathered.
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
      synapse.gather(shards: workspace.shards.compactMap { $0.parameterGradients[layer.index]?.base })
    }
  }

  // MARK: Currents that are too large

  /// - Throws: where a layer's currents were NaN or too large: a parameter is.
  ///
  /// This finds every parameter that is not finite and had a part in the result, since a product with it is not
  /// finite either; one without a part leaves the result right.
  func checkCurrents() throws(QLIFError) {
    guard let layer = workspace.shards.compactMap(\.counts.notFinite).min() else { return }
    throw Self.notFinite(layer: layer)
  }

  private static func notFinite(layer: Int) -> QLIFError {
    .notFinite(
      "parameters of layer \(layer): their currents are NaN or beyond \(largestCurrent), expected finite inputs and"
        + " parameters of moderate size")
  }

  /// Sums of currents over all steps that a run may have, and sums of these, stay finite.
  private static let largestCurrent: Float = 1e20

  static func areModerate(_ count: Int, _ currents: MutableFloats) -> Bool {
    kernels.areFinite(
      count: count, values: currents, times: Float.greatestFiniteMagnitude / Self.largestCurrent)
  }

  /// Whether a layer's parameters allow currents that are NaN or too large.
  func mayBeUnbounded(_ layer: any Layer) -> Bool { unboundedLayers.contains(layer.index) }

  // MARK: Blocks

  func forward(_ block: Block) {
    for layer in layers { layer.forward(block, self) }
  }

  /// From the gradients of the output layer's spikes or membranes, in its memory, back to the parameters.
  func backward(_ block: Block) {
    for layer in layers.reversed() { layer.backward(block, self) }
  }

  /// What the output layer showed for the sample in `slot` of a block; valid until the next one's.
  func readOut(_ block: Block, slot: Int) -> OutputSums? {
    guard let last = layers.last, let membrane = block.layers[last.index].membrane,
      let sums = block.layers[last.index].sums
    else { return nil }
    sums.sum(
      spikes: block.layers[last.index].spikes.base + slot * steps * last.shape.words,
      membrane: membrane.base + slot * steps * last.shape.paddedUnits, steps: steps, words: last.shape.words,
      paddedUnits: last.shape.paddedUnits)
    return sums
  }

  // MARK: What layers ask for

  /// The rows of spikes that a layer takes; nil: it takes the network's input.
  func spikeRows(_ source: SpikeSource, _ block: Block) -> SpikeRows? {
    guard let layer = source.layer else { return nil }
    return SpikeRows(
      bits: block.layers[layer].spikes.base, samples: block.samples.count, steps: steps,
      paddedUnits: layers[layer].shape.paddedUnits)
  }

  /// Dropout concerns the spikes that a next layer receives: the output layer has none.
  func dropoutKey(of layer: Int) -> UInt64? { layer == layers.count - 1 ? nil : dropoutKey }

  /// What a spike weighs: those that dropout keeps make up for those that it leaves out, also through a pooling.
  func spikeWeight(_ source: SpikeSource) -> Float {
    guard let layer = source.layer, dropoutKey(of: layer) != nil else { return 1 }
    if let neuron = layers[layer].neuron { return 1 / (1 - neuron.dropout) }
    return spikeWeight(layers[layer].input)
  }
}
