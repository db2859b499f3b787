/// An ordered list of layers on an input.
///
/// A network is used by one thread at a time; different networks by different threads freely.
package final class Network: @unchecked Sendable {
  package let inputShape: [Int]
  package let features: Int
  /// Steps that an input constant in time is shown for.
  package let steps: Int
  package let seed: UInt64
  package private(set) var layers: [Layer] = []
  package var parameters: [Parameter] { layers.flatMap(\.parameters) }

  /// Text that travels with the network, under keys of its users' own.
  package var metadata: [String: String] = [:]

  /// Memory of the last pass, for the next one of the same shape.
  var workspace: Workspace?

  /// - Parameters:
  ///   - inputShape: sizes of one sample, 1 to 3 of them, each 1 or more.
  ///   - steps: steps that an input constant in time is shown for, 1 or more.
  ///   - seed: seeds the initial weights and, while training, dropout.
  package init(inputShape: [Int], steps: Int, seed: UInt64) throws(QLIFError) {
    try KernelChoice.check()
    try Threads.check()
    guard (1...3).contains(inputShape.count) else {
      throw .shape("input_shape: \(inputShape.count) sizes, expected 1 to 3")
    }
    guard inputShape.allSatisfy({ $0 > 0 }) else {
      throw .shape("input_shape: \(shapeText(inputShape)), expected sizes of 1 or more")
    }
    guard (1...Self.mostSteps).contains(steps) else {
      throw .invalid("steps: \(steps), expected 1 to \(Self.mostSteps)")
    }
    self.inputShape = inputShape
    self.steps = steps
    self.seed = seed
    features = try product(inputShape, of: "input_shape")
  }

  /// A guard against lengths that no memory holds, far above any use.
  static let mostSteps = 1 << 24

  package var outputShape: [Int] { layers.last?.shape ?? inputShape }

  /// Number of classes that the output layer tells apart.
  package func classes() throws(QLIFError) -> Int {
    guard let last = layers.last else { throw .shape("network: it has no layer") }
    guard last.neuron != nil, last.shape.count == 1 else {
      throw .shape(
        "network: its last layer has the shape \(shapeText(last.shape)), expected a dense layer of neurons")
    }
    return last.units
  }
}

extension Network {
  /// How many currents of an input constant in time matter to the first layer: to its spikes, or to its alpha and
  /// its gradients as well.
  func currentsOfConstantInput(_ qubits: LayerQubits?, ofSpikesAlone: Bool) -> Int {
    guard let first = layers.first, let neuron = first.neuron, let synapse = first.synapse else { return 0 }
    let fewest = type(of: neuron).currentsOfConstantInput
    guard let qubits, qubits.leavesGround else { return fewest }
    return ofSpikesAlone && qubits.idleIsSilent ? fewest : synapse.currents
  }
}

// MARK: Layers

extension Network {
  /// Adds every input, flattened, to each of `units` neurons.
  package func addDense(units: Int, neuron: any Neuron) throws(QLIFError) {
    try add(.dense(units: units), neuron: neuron)
  }

  package func addConv2d(_ geometry: Conv2d.Geometry, neuron: any Neuron) throws(QLIFError) {
    try add(.conv2d(geometry), neuron: neuron)
  }

  package func addMaxPool2d(size: Int, stride: Int, ties: MaxPool2d.Ties) throws(QLIFError) {
    try add(.maxPool2d(size: size, stride: stride, ties: ties), neuron: nil)
  }

  package func addAveragePool2d(size: Int) throws(QLIFError) {
    try add(.averagePool2d(size: size), neuron: nil)
  }

  /// - Parameter limit: the most parameters that the layer may have.
  private func add(
    _ description: SynapseDescription, neuron: (any Neuron)?, limit: Int = .max
  ) throws(QLIFError) {
    let index = layers.count
    let key = Counter.key(seed, index)
    let last = layers.last
    let spikes: SpikeSource
    var source = last?.index
    if let last, case .averagePool(let average) = last.stage {
      spikes = average
      source = last.source
    } else {
      spikes = SpikeSource(shape: outputShape, neurons: outputShape)
    }
    func neurons() throws(QLIFError) -> any Neuron {
      guard let neuron else { throw .format("layer \(index): it has no neuron") }
      try neuron.validate()
      return neuron
    }
    func needSpikes(_ kind: String) throws(QLIFError) {
      guard last != nil else {
        throw .shape("layer 0 (\(kind)): it pools spikes, expected a layer of neurons before it")
      }
    }
    let stage: Layer.Stage
    switch description {
    case .dense(let units):
      let neuron = try neurons()
      stage = .spiking(
        try Dense(
          source: spikes, units: units, currents: type(of: neuron).currents, layer: index, key: key,
          limit: limit),
        neuron)
    case .conv2d(let geometry):
      let neuron = try neurons()
      stage = .spiking(
        try Conv2d(
          source: spikes, geometry: geometry, currents: type(of: neuron).currents, layer: index, key: key,
          limit: limit), neuron)
    case .maxPool2d(let size, let stride, let ties):
      try needSpikes("max_pool2d")
      guard spikes.window == 1 else {
        throw .shape("layer \(index) (max_pool2d): it follows an average, expected spikes")
      }
      guard ties == .first || last?.neuron != nil else {
        throw .invalid(
          "layer \(index) (max_pool2d): ties \"membrane\" after a layer without neurons, expected \"first\"")
      }
      stage = .maxPool(
        try MaxPool2d(inputShape: spikes.shape, size: size, stride: stride, ties: ties, layer: index))
    case .averagePool2d(let size):
      try needSpikes("avg_pool2d")
      let shape = try pooledShape(spikes.shape, size: size, stride: size, "layer \(index) (avg_pool2d)")
      // An average of averages is an average over the larger window.
      stage = .averagePool(SpikeSource(shape: shape, neurons: spikes.neurons, window: spikes.window * size))
    }
    layers.append(try Layer(index: index, stage: stage, source: source))
    workspace = nil
  }
}

// MARK: Descriptions and copies

extension Network {
  package var description: NetworkDescription {
    NetworkDescription(
      inputShape: inputShape, steps: steps, seed: seed,
      layers: layers.map { layer in
        switch layer.stage {
        case .spiking(let synapse, let neuron):
          LayerDescription(synapse: synapse.description, neuron: NeuronDescription(neuron))
        case .maxPool(let pool):
          LayerDescription(
            synapse: .maxPool2d(size: pool.size, stride: pool.stride, ties: pool.ties), neuron: nil)
        case .averagePool(let source):
          LayerDescription(synapse: .averagePool2d(size: source.window / windowBefore(layer)), neuron: nil)
        }
      })
  }

  /// Side of the window that is averaged before the average of `layer`.
  private func windowBefore(_ layer: Layer) -> Int {
    if layer.index > 0, case .averagePool(let source) = layers[layer.index - 1].stage {
      source.window
    } else {
      1
    }
  }

  /// The network of a description, with its initial weights.
  /// - Parameter limit: the most parameters that it may have.
  package convenience init(_ description: NetworkDescription, limit: Int = .max) throws(QLIFError) {
    try self.init(inputShape: description.inputShape, steps: description.steps, seed: description.seed)
    for layer in description.layers {
      let count = parameters.reduce(0) { $0 + $1.count }
      try add(layer.synapse, neuron: layer.neuron?.neuron, limit: limit - count)
    }
  }

  /// A second network with the same layers, parameters and metadata.
  package func copy() throws(QLIFError) -> Network {
    let copy = try Network(description)
    for (target, source) in zip(copy.parameters, parameters) {
      target.values.base.update(from: source.values.base, count: source.count)
    }
    copy.metadata = metadata
    return copy
  }
}
