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

extension NetworkDescription {
  /// Values that the network's parameters have, known before any memory is asked for.
  func parameterCount() throws(QLIFError) -> Int {
    var count = 0
    var shape = inputShape
    for (index, layer) in layers.enumerated() {
      let what = "layer \(index)"
      guard shape.allSatisfy({ $0 > 0 }), let units = layer.synapse.units, units > 0 else {
        throw .format("model: \(what) has no size")
      }
      let currents = type(of: layer.neuron.neuron).currents.count
      let inputs = try product(shape, of: what)
      let (sum, overflow) = count.addingReportingOverflow(try product([currents, units, inputs + 1], of: what))
      guard !overflow else { throw .format("model: \(what) is too large") }
      count = sum
      shape = [units]
    }
    return count
  }
}

package struct LayerDescription: Codable {
  package var synapse: SynapseDescription
  package var neuron: NeuronDescription
}

package struct SynapseDescription: Codable {
  package var kind: String
  package var units: Int?
}

/// A neuron with its kind: `{"kind": "qlif", "threshold": 0.75, ...}`.
package struct NeuronDescription: Codable {
  package var neuron: any Neuron

  private enum CodingKeys: String, CodingKey { case kind }

  package init(_ neuron: any Neuron) { self.neuron = neuron }

  package init(from decoder: any Decoder) throws {
    let kind = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .kind)
    guard let type = NeuronKind.named(kind) else { throw QLIFError.format("neuron kind: \"\(kind)\" is unknown") }
    neuron = try type.init(from: decoder)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(type(of: neuron).kind, forKey: .kind)
    try neuron.encode(to: encoder)
  }
}
