/// The kinds of neuron, by name.
enum NeuronKind {
  static let all: [any Neuron.Type] = [QLIF.self, LIF.self]

  static func named(_ kind: String) -> (any Neuron.Type)? { all.first { $0.kind == kind } }
}
