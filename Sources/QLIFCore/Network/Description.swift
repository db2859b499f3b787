/// A network in words: what a saved file keeps, as JSON, to build it again.
package struct NetworkDescription: Codable {
  package var inputShape: [Int]
  package var steps: Int
  package var seed: UInt64
  package var layers: [LayerDescription]

  private enum CodingKeys: String, CodingKey {
    case inputShape = "input_shape"
    case steps, seed, layers
  }
}

/// A pooling has no neuron.
package struct LayerDescription: Codable {
  package var synapse: SynapseDescription
  package var neuron: NeuronDescription?
}

/// A synapse or a pooling with its sizes: `{"kind": "dense", "units": 10}`.
package enum SynapseDescription: Equatable {
  case dense(units: Int)
  case conv2d(Conv2d.Geometry)
  case maxPool2d(size: Int, stride: Int, ties: MaxPool2d.Ties)
  case averagePool2d(size: Int)
}

extension SynapseDescription: Codable {
  private enum CodingKeys: String, CodingKey {
    case kind, units, channels, stride, padding, size, ties
    case kernelHeight = "kernel_height"
    case kernelWidth = "kernel_width"
  }

  private enum Kind: String, Codable {
    case dense, conv2d
    case maxPool2d = "max_pool2d"
    case averagePool2d = "avg_pool2d"
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func size(_ key: CodingKeys) throws -> Int { try values.decode(Int.self, forKey: key) }
    switch try values.decode(Kind.self, forKey: .kind) {
    case .dense: self = .dense(units: try size(.units))
    case .conv2d:
      self = .conv2d(
        Conv2d.Geometry(
          channels: try size(.channels), kernelHeight: try size(.kernelHeight),
          kernelWidth: try size(.kernelWidth), stride: try size(.stride), padding: try size(.padding)))
    case .maxPool2d:
      // A description without `ties` is of a time when there was one kind.
      self = .maxPool2d(
        size: try size(.size), stride: try size(.stride),
        ties: try values.decodeIfPresent(MaxPool2d.Ties.self, forKey: .ties) ?? .first)
    case .averagePool2d: self = .averagePool2d(size: try size(.size))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    func write(_ kind: Kind, _ sizes: KeyValuePairs<CodingKeys, Int>) throws {
      try values.encode(kind, forKey: .kind)
      for (key, size) in sizes { try values.encode(size, forKey: key) }
    }
    switch self {
    case .dense(let units): try write(.dense, [.units: units])
    case .conv2d(let g):
      try write(
        .conv2d,
        [
          .channels: g.channels, .kernelHeight: g.kernelHeight, .kernelWidth: g.kernelWidth,
          .stride: g.stride,
          .padding: g.padding,
        ])
    case .maxPool2d(let size, let stride, let ties):
      try write(.maxPool2d, [.size: size, .stride: stride])
      try values.encode(ties, forKey: .ties)
    case .averagePool2d(let size): try write(.averagePool2d, [.size: size])
    }
  }
}

/// A neuron with its kind: `{"kind": "qlif", "threshold": 0.75, ...}`.
package struct NeuronDescription: Codable {
  package var neuron: any Neuron

  private enum CodingKeys: String, CodingKey { case kind }

  package init(_ neuron: any Neuron) { self.neuron = neuron }

  package init(from decoder: any Decoder) throws {
    let kind = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .kind)
    guard let type = NeuronKind.named(kind) else {
      throw QLIFError.format("neuron kind: \"\(kind)\" is unknown")
    }
    neuron = try type.init(from: decoder)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(type(of: neuron).kind, forKey: .kind)
    try neuron.encode(to: encoder)
  }
}
