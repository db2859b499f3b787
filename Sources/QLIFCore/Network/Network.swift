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
    return last.units
  }

  /// Adds every input, flattened, to each of `units` neurons.
  package func addDense(units: Int, neuron: any Neuron) throws(QLIFError) {
    try neuron.validate()
    let index = layers.count
    let synapse = try Dense(
      inputShape: outputShape, units: units, currents: type(of: neuron).currents, layer: index,
      key: Counter.key(seed, index))
    try add(Layer(index: index, synapse: synapse, neuron: neuron))
  }

  private func add(_ layer: Layer) {
    layers.append(layer)
    workspace = nil
  }
}

// MARK: Descriptions and copies

extension Network {
  package var description: NetworkDescription {
    NetworkDescription(
      inputShape: inputShape, steps: steps, seed: seed,
      layers: layers.map {
        LayerDescription(synapse: $0.synapse.description, neuron: NeuronDescription($0.neuron))
      })
  }

  /// The network of a description, with its initial weights.
  package convenience init(_ description: NetworkDescription) throws(QLIFError) {
    try self.init(inputShape: description.inputShape, steps: description.steps, seed: description.seed)
    for (index, layer) in description.layers.enumerated() {
      let synapse = layer.synapse
      switch synapse.kind {
      case "dense":
        guard let units = synapse.units else { throw .format("layer \(index): a dense synapse without units") }
        try addDense(units: units, neuron: layer.neuron.neuron)
      default:
        throw .format("layer \(index): synapse kind \"\(synapse.kind)\" is unknown")
      }
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
