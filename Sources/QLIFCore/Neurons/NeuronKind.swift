/// The kinds of neuron, by name.
package enum NeuronKind {
  package static let all: [any Neuron.Type] = [QLIF.self, LIF.self, ALIF.self, SynapticLIF.self]

  /// The neuron of a description such as `{"kind": "lif", "beta": 0.9}`.
  package static func read(_ reader: inout DescriptionReader) throws(QLIFError) -> any Neuron {
    let type = try reader.kind(of: all.map { ($0.kind, $0) }).type
    return try type.init(&reader)
  }
}
