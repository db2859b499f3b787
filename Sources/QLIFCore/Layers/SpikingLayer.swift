import KernelTypes

/// Neurons behind a synapse: the synapse turns spikes, or numbers, into currents, the neurons turn these into spikes.
package final class SpikingLayer: Layer {
  package static let kinds = SynapseKind.all.map { $0.kind }

  package let shape: LayerShape
  package let input: SpikeSource
  package let output: SpikeSource
  private let connection: any Synapse
  private let model: any Neuron

  package var synapse: (any Synapse)? { connection }
  package var neuron: (any Neuron)? { model }
  package var parameters: [Parameter] { connection.parameters }

  package init(
    _ kind: String, _ description: inout DescriptionReader, _ place: LayerPlace
  ) throws(QLIFError) {
    guard let type = SynapseKind.all.first(where: { $0.kind == kind }) else {
      throw .invalid("\(description.place(of: "kind")): \(kind) is no synapse")
    }
    var neuron = try DescriptionReader(
      description.require("neuron", "an object with the key kind"), at: description.place(of: "neuron"))
    model = try NeuronKind.read(&neuron)
    input = place.input
    connection = try type.init(&description, place, currents: Swift.type(of: model).parameterPrefixes)
    shape = try LayerShape(index: place.index, sizes: connection.outputShape)
    output = SpikeSource(of: shape)
  }

  package var description: JSONValue {
    .object(
      connection.description.merging([
        "kind": .text(type(of: connection).kind), "neuron": model.description,
      ]) { own, _ in own })
  }

  package func scratchBytes(steps: Int, learns: Bool) -> Int {
    type(of: model).scratchBytes(steps: steps, groups: shape.groups, learns: learns)
  }
}

// MARK: Passes

extension SpikingLayer {
  package func forward(_ block: Block, _ pass: Pass) {
    project(block, pass)
    let memory = block.layers[index]
    if block.counts.notFinite == nil, pass.mayBeUnbounded(self), let currents = memory.currents,
      !Pass.areModerate(block.samples.count * pass.steps * connection.columns, currents.base)
    {
      block.counts.notFinite = index
    }
    guard let population = pass.populations[index] else { return }
    for (slot, sample) in block.samples.enumerated() {
      let spikes = UnsafeMutableRawPointer(memory.spikes.base + slot * pass.steps * shape.words)
      block.counts.spikes[index] += population.forward(
        currents(block, pass, sample: sample, slot: slot), run(block, pass, sample: sample, slot: slot),
        spikes: spikes.assumingMemoryBound(to: UInt16.self),
        membrane: memory.membrane.map { $0.base + slot * pass.steps * shape.paddedUnits })
    }
  }

  /// The currents that the spikes before cause; those of the input layer are there already.
  private func project(_ block: Block, _ pass: Pass) {
    guard let currents = block.layers[index].currents, let rows = pass.spikeRows(input, block) else { return }
    connection.forward(
      rows, scale: pass.spikeWeight(input), into: currents.base, block.memory.scratch)
  }

  package func backward(_ block: Block, _ pass: Pass) {
    differentiate(block, pass)
    guard let rows = pass.spikeRows(input, block), let source = input.layer,
      let gradient = block.layers[index].currents, let shard = block.shard.parameterGradients[index],
      let spikeGradient = block.layers[source].spikeGradient
    else { return }
    connection.backward(
      rows, scale: pass.spikeWeight(input), gradient: gradient.base, shard: shard.base,
      spikeGradient: spikeGradient.base, block.memory.scratch)
  }

  /// The gradients of the currents, from those of the spikes or membranes. They take the currents' place, but for the
  /// input layer's.
  private func differentiate(_ block: Block, _ pass: Pass) {
    let memory = block.layers[index]
    let ofMembranes = pass.network.layers.last === self && pass.lossIsOfMembranes
    guard let arriving = ofMembranes ? memory.membraneGradient : memory.spikeGradient,
      let population = pass.populations[index]
    else { return }
    for (slot, sample) in block.samples.enumerated() {
      let target: MutableFloats? =
        index == 0
        ? pass.workspace.inputGradient.map { $0.base + sample * pass.workspace.inputWidth }
        : memory.currents.map { $0.base + slot * pass.steps * connection.columns }
      guard let target else { continue }
      let gradient = Floats(arriving.base + slot * pass.steps * shape.paddedUnits)
      population.backward(
        currents(block, pass, sample: sample, slot: slot), run(block, pass, sample: sample, slot: slot),
        spikeGradient: ofMembranes ? nil : gradient, membraneGradient: ofMembranes ? gradient : nil,
        currentGradient: target)
    }
  }

  /// The currents of the sample in a slot of a block.
  func currents(_ block: Block, _ pass: Pass, sample: Int, slot: Int) -> Currents {
    if let own = block.layers[index].currents {
      return Currents(
        base: own.base + slot * pass.steps * connection.columns, stride: connection.columns,
        offset: connection.currentStride, count: connection.currents)
    }
    let workspace = pass.workspace
    return Currents(
      base: workspace.inputCurrents.base + sample * workspace.inputWidth,
      stride: workspace.isConstant ? 0 : workspace.batch * workspace.inputWidth,
      offset: connection.currentStride, count: workspace.inputCurrentCount)
  }

  private func run(_ block: Block, _ pass: Pass, sample: Int, slot: Int) -> NeuronRun {
    let memory = block.layers[index]
    var dropout: Dropout?
    if model.dropout > 0, let key = pass.dropoutKey(of: index) {
      dropout = Dropout(probability: model.dropout, key: Counter.key(Counter.key(key, index), sample))
    }
    return NeuronRun(
      range: StepRange(count: pass.steps), groups: shape.groups, spikeStride: shape.words * 4,
      dropout: dropout, randomKey: pass.noise.key(layer: index, sample: sample),
      states: memory.states.map { $0.base + slot * pass.steps * memory.stateWidth },
      scratch: block.memory.rawScratch)
  }
}
