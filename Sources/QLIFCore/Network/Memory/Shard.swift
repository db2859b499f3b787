/// A part of a batch, and what it adds up.
final class Shard: @unchecked Sendable {
  let samples: Range<Int>
  let counts: Counts
  /// The shard's own gradients of each layer's parameters; nil for the input layer's, which are the whole batch's.
  let parameterGradients: [Buffer<Float>?]

  init(network: Network, samples: Range<Int>, learns: Bool) throws(QLIFError) {
    self.samples = samples
    counts = Counts(layers: network.layers.count)
    var gradients: [Buffer<Float>?] = []
    for layer in network.layers {
      let synapse = learns && layer.index > 0 ? layer.synapse : nil
      gradients.append(
        try synapse.map { synapse throws(QLIFError) in
          try Buffer(synapse.gradientShardSize, for: "parameter gradients of layer \(layer.index)")
        })
    }
    parameterGradients = gradients
  }

  func clear() {
    counts.clear()
    for gradient in parameterGradients { gradient?.clear() }
  }
}

/// Some samples of a shard, taken through the layers together.
package struct Block {
  let shard: Shard
  let memory: BlockMemory
  let samples: Range<Int>

  var counts: Counts { shard.counts }
  var layers: [LayerMemory] { memory.layers }
}
