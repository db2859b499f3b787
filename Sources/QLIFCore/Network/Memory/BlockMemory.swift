/// What a block works in; it holds nothing from one block to the next.
final class BlockMemory: @unchecked Sendable {
  let layers: [LayerMemory]
  private let indices: Buffer<Int32>
  private let floats: Buffer<Float>
  private let bytes: Buffer<UInt8>
  /// Of synapses.
  var scratch: Scratch { Scratch(indices: indices.base, floats: floats.base) }
  /// Of neurons and poolings.
  var rawScratch: UnsafeMutableRawPointer { UnsafeMutableRawPointer(bytes.base) }

  init(network: Network, samples: Int, steps: Int, inputIsConstant: Bool, learns: Bool) throws(QLIFError) {
    let rows = try product([samples, steps], of: "rows of a block")
    var layers: [LayerMemory] = []
    var mostIndices = 0
    var mostFloats = 0
    var mostBytes = 0
    for layer in network.layers {
      layers.append(
        try LayerMemory(
          layer, rows: rows, isConstant: layer.index == 0 && inputIsConstant,
          isLast: layer === network.layers.last, learns: learns))
      if learns, let source = layer.sourceOfMembranes { try layers[source].keepMembrane() }
      mostIndices = max(mostIndices, layer.synapse?.scratchIndices ?? 0)
      mostFloats = max(mostFloats, layer.synapse?.scratchFloats ?? 0)
      mostBytes = max(mostBytes, layer.scratchBytes(steps: steps, learns: learns))
    }
    self.layers = layers
    indices = try Buffer(mostIndices, for: "spike lists")
    floats = try Buffer(mostFloats, for: "scratch")
    bytes = try Buffer(mostBytes, for: "scratch")
  }
}
