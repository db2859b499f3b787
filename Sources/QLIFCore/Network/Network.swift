/// An ordered list of layers on an input.
///
/// A network is used by one thread at a time; different networks by different threads freely.
package final class Network: @unchecked Sendable {
  private let settings: NetworkSettings
  package let features: Int
  /// At least one.
  package let layers: [any Layer]
  package let parameters: [Parameter]

  package var inputShape: [Int] { settings.inputShape }
  /// Steps that an input constant in time is shown for.
  package var steps: Int { settings.steps }
  /// Seeds the initial weights and, while training, dropout.
  package var seed: UInt64 { settings.seed }

  /// What the first layer is shown of an input.
  var encoder: any InputEncoder { settings.encoder }

  /// Text that travels with the network, under keys of its users' own.
  package var metadata: [String: String] = [:]

  /// Memory of the last pass, for the next one of the same shape.
  var workspace: Workspace?
  /// The neurons of each layer, once they were made ready for a pass without noise.
  var populationsWithoutNoise: [(any Population)?]?

  /// The network of a description, such as
  ///
  ///     {"input_shape": [784], "steps": 25, "layers": [{"kind": "dense", "units": 10, "neuron": {"kind": "qlif"}}]}
  ///
  /// - Parameter tensors: its parameters by name; nil: random ones, by the seed.
  package init(
    _ description: JSONValue, tensors: [String: Safetensors.Tensor]? = nil
  ) throws(QLIFError) {
    try KernelChoice.check()
    try Threads.check()
    var reader = try DescriptionReader(description)
    settings = try NetworkSettings(&reader)
    features = try product(settings.inputShape, of: "input_shape")
    var layers: [any Layer] = []
    for (index, value) in settings.layers.enumerated() {
      var layer = try DescriptionReader(value, at: "layers[\(index)]")
      let place = LayerPlace(
        index: index, input: layers.last?.output ?? SpikeSource(inputOf: settings.inputShape),
        previous: layers.last,
        parameters: tensors.map { .tensors($0) } ?? .random(key: Counter.key(settings.seed, index)))
      layers.append(try LayerKind.read(&layer, place))
    }
    self.layers = layers
    parameters = layers.flatMap(\.parameters)
  }

  /// The network of a description as JSON text.
  package convenience init(describedBy text: String) throws(QLIFError) {
    try self.init(JSONValue(parsing: text, "description"))
  }

  /// It as a description, complete.
  package var description: JSONValue {
    var complete = settings
    complete.layers = layers.map(\.description)
    return .object(complete.constants)
  }

  /// A second network with the same layers, parameters and metadata.
  package func copy() throws(QLIFError) -> Network {
    let copy = try Network(description, tensors: tensors)
    copy.metadata = metadata
    return copy
  }

  /// Its parameters by name, where they are.
  var tensors: [String: Safetensors.Tensor] {
    Dictionary(
      uniqueKeysWithValues: parameters.map {
        ($0.name, Safetensors.Tensor(name: $0.name, shape: $0.shape, values: $0.values))
      })
  }

  /// Number of outputs that the last layer has for a loss or a prediction.
  package func outputs() throws(QLIFError) -> Int {
    guard let last = layers.last, last.neuron != nil, last.shape.sizes.count == 1 else {
      throw .shape(
        "network: its last layer has the shape \(shapeText(layers.last?.shape.sizes ?? [])), expected a dense layer of neurons"
      )
    }
    return last.shape.units
  }
}

/// The constants of a network; its layers are read one after the other, as each depends on the one before.
struct NetworkSettings: Described {
  var inputShape: [Int] = []
  var steps = 25
  var seed: UInt64 = 0
  var encoder: any InputEncoder = Direct()
  var layers: [JSONValue] = []

  /// A guard against lengths that no memory holds, far above any use.
  static let mostSteps = 1 << 24
  /// So many that the complete description of a network can always be read again.
  static let mostLayers = 1000

  static var fields: [Field<NetworkSettings>] {
    [
      .sizes("input_shape", \.inputShape, 1...3), .size("steps", \.steps, 1...mostSteps),
      .seed("seed", \.seed),
      .object(
        "encoder", \.encoder, read: { (reader) throws(QLIFError) in try EncoderKind.read(&reader) },
        write: { $0.description }),
      .list("layers", \.layers, 1...mostLayers),
    ]
  }
}
