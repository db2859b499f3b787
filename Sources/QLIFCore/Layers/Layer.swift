import KernelTypes

/// One step on the way of the spikes: neurons behind a synapse, or a pooling of the spikes before.
package final class Layer: Sendable {
  package enum Stage: Sendable {
    case spiking(any Synapse, any Neuron)
    case maxPool(MaxPool2d)
    /// Nothing to do: the next synapse spreads its weights over the windows.
    case averagePool(SpikeSource)
  }

  package let index: Int
  package let stage: Stage
  /// [features], or [channels, height, width]
  package let shape: [Int]
  package let units: Int
  /// The layer whose spikes this one takes; nil: the input.
  let source: Int?

  /// Sixteens of neurons.
  let groups: Int
  /// 64-bit words in the spikes of one step.
  let words: Int
  /// Neurons, padded to whole sixteens.
  var paddedUnits: Int { groups * 16 }

  init(index: Int, stage: Stage, source: Int?) throws(QLIFError) {
    self.index = index
    self.stage = stage
    self.source = source
    shape =
      switch stage {
      case .spiking(let synapse, _): synapse.outputShape
      case .maxPool(let pool): pool.outputShape
      case .averagePool(let source): source.shape
      }
    units = try product(shape, of: "layer \(index): neurons")
    groups = padded(units, to: 16) / 16
    words = padded(units, to: 64) / 64
  }

  /// Spikes of planes lie [height, width, channels]: calls `body` with each neuron's number there and its place in
  /// `shape`.
  @inline(__always)
  func forEachNeuron(_ body: (_ number: Int, _ place: Int) -> Void) {
    let channels = shape.count == 3 ? shape[0] : 1
    let positions = units / channels
    for position in 0..<positions {
      for channel in 0..<channels { body(position * channels + channel, channel * positions + position) }
    }
  }

  /// Bytes that a pass of a block works in.
  func scratchBytes(steps: Int, learns: Bool) -> Int {
    switch stage {
    case .spiking(_, let neuron):
      type(of: neuron).scratchBytes(steps: steps, groups: groups, learns: learns)
    case .maxPool(let pool):
      max(
        kernels.maxPoolForwardMemory(pool.window), learns ? kernels.maxPoolBackwardMemory(pool.window) : 0)
    case .averagePool: 0
    }
  }

  package var synapse: (any Synapse)? {
    if case .spiking(let synapse, _) = stage { synapse } else { nil }
  }

  package var neuron: (any Neuron)? {
    if case .spiking(_, let neuron) = stage { neuron } else { nil }
  }

  /// The layer whose membranes say where this one's gradients go; nil: no layer's.
  var sourceOfMembranes: Int? {
    if case .maxPool(let pool) = stage, pool.ties == .membrane { source } else { nil }
  }

  package var parameters: [Parameter] { synapse?.parameters ?? [] }

  func run(
    _ neuron: any Neuron, steps: Int, dropoutKey: UInt64?, qubits: QubitLayer?, states: MutableFloats?,
    scratch: UnsafeMutableRawPointer
  ) -> NeuronRun {
    NeuronRun(
      steps: steps, groups: groups, spikeStride: words * 4,
      dropout: neuron.dropout > 0 ? dropoutKey.map { Dropout(probability: neuron.dropout, key: $0) } : nil,
      qubits: qubits, states: states, scratch: scratch)
  }
}
