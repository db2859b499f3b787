import KernelTypes

/// One step on the way of the spikes through a network.
///
/// To add a kind, write its type in a file of its own and name it in `LayerKind.all`.
package protocol Layer: AnyObject, Sendable {
  /// The kinds in descriptions that it is for.
  static var kinds: [String] { get }

  /// - Parameters:
  ///   - description: its object in the description of a network, the key `kind` taken.
  ///   - place: where it stands.
  init(_ kind: String, _ description: inout DescriptionReader, _ place: LayerPlace) throws(QLIFError)

  /// It in the description of its network, complete.
  var description: JSONValue { get }
  var shape: LayerShape { get }
  /// What arrives at it.
  var input: SpikeSource { get }
  /// What it passes on: its own spikes, or a sum of those of a layer before.
  var output: SpikeSource { get }
  var parameters: [Parameter] { get }
  var neuron: (any Neuron)? { get }
  /// nil: its spikes come from spikes, without weights.
  var synapse: (any Synapse)? { get }
  /// The layer whose membranes `backward` reads beside its own; nil: none.
  var sourceOfMembranes: Int? { get }

  /// Bytes that a pass of a block works in.
  func scratchBytes(steps: Int, learns: Bool) -> Int

  /// The spikes of a block, from those of its input.
  func forward(_ block: Block, _ pass: Pass)

  /// From the gradients of its spikes, in its memory, to those of its parameters and of its input's spikes.
  func backward(_ block: Block, _ pass: Pass)
}

extension Layer {
  package var index: Int { shape.index }
  package var parameters: [Parameter] { [] }
  package var neuron: (any Neuron)? { nil }
  package var synapse: (any Synapse)? { nil }
  package var sourceOfMembranes: Int? { nil }
  package func scratchBytes(steps: Int, learns: Bool) -> Int { 0 }

  /// Whether it has spikes of its own.
  var ownsSpikes: Bool { output.layer == index }
}

/// Where a layer stands in its network.
package struct LayerPlace {
  let index: Int
  let input: SpikeSource
  /// The layer before; nil: the network's input is.
  let previous: (any Layer)?
  /// What its weights begin with.
  let parameters: ParameterSource

  /// - Throws: where there are no spikes before it.
  func requireSpikes(_ kind: String) throws(QLIFError) {
    guard previous != nil else {
      throw .shape("layers[0] (\(kind)): it pools spikes, expected a layer of neurons before it")
    }
  }
}

/// The kinds of layer, by name.
package enum LayerKind {
  package static let all: [any Layer.Type] = [SpikingLayer.self, MaxPool2d.self, LinearPool2d.self]

  /// The layer of a description such as `{"kind": "dense", "units": 10, "neuron": {"kind": "lif"}}`.
  static func read(_ reader: inout DescriptionReader, _ place: LayerPlace) throws(QLIFError) -> any Layer {
    let (kind, type) = try reader.kind(of: all.flatMap { type in type.kinds.map { ($0, type) } })
    let layer = try type.init(kind, &reader, place)
    try reader.finish()
    return layer
  }
}
