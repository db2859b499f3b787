import Glibc

/// Memory for passes over batches of one shape, and the division of a batch into work.
///
/// A batch is cut into shards, and a shard into blocks of samples; both sizes follow from the network and the
/// batch alone. A shard is the unit of parallel work: it takes its blocks in turn through all layers, forwards
/// and backwards, and adds up its own parameter gradients. What a block needs beside these it finds in one of a
/// few block memories, as many as there are threads, so that they stay in the cache from block to block.
final class Workspace: @unchecked Sendable {
  let batch: Int
  let steps: Int
  /// Currents that a layer with an input constant in time needs; nil: the input is a sequence.
  let constantCurrents: Int?
  let learns: Bool
  let shards: [Shard]
  private let memories: Pool<BlockMemory>
  /// Where it was made: a fork may leave a copy behind that another thread was working in.
  private let process = getpid()

  /// Currents of the input layer for the whole batch: [batch or steps * batch, width].
  let inputCurrents: Buffer<Float>
  let inputGradient: Buffer<Float>?
  /// Currents that the input layer needs, and floats in a row of them.
  let inputCurrentCount: Int
  let inputWidth: Int
  var isConstant: Bool { constantCurrents != nil }
  var inputRows: Int { isConstant ? batch : steps * batch }

  static let mostShards = 16
  /// Samples taken through the layers at a time.
  private let blockSize: Int

  init(network: Network, batch: Int, steps: Int, constantCurrents: Int?, learns: Bool) throws(QLIFError) {
    self.batch = batch
    self.steps = steps
    self.constantCurrents = constantCurrents
    self.learns = learns
    guard let first = network.layers.first, let synapse = first.synapse else {
      throw .shape("network: its first layer has no synapse, expected neurons")
    }
    inputCurrentCount = constantCurrents ?? synapse.currents
    inputWidth = inputCurrentCount * synapse.currentStride
    let rows = constantCurrents != nil ? batch : try product([steps, batch], of: "input rows")
    let size = try product([rows, inputWidth], of: "currents of layer 0")
    inputCurrents = try Buffer(size, for: "currents of layer 0")
    inputGradient = learns ? try Buffer(size, for: "gradients of layer 0") : nil

    // Shards keep gradients of their own: fewer where these are large.
    var gradientSize = 0
    var largest = first.shape.paddedUnits
    for layer in network.layers.dropFirst() {
      gradientSize += layer.synapse?.gradientShardSize ?? 0
      largest = max(largest, layer.synapse?.columns ?? layer.shape.paddedUnits)
    }
    let affordable = learns ? max(4, (64 << 20) / max(1, gradientSize)) : Self.mostShards
    let shardCount = min(batch, min(Self.mostShards, affordable))
    // As many samples at a time as half a megabyte holds.
    let perSample = try product([steps, largest, MemoryLayout<Float>.size], of: "a sample's currents")
    let block = max(1, min((batch + shardCount - 1) / shardCount, (512 << 10) / perSample))
    var shards: [Shard] = []
    for index in 0..<shardCount {
      shards.append(
        try Shard(
          network: network, samples: index * batch / shardCount..<(index + 1) * batch / shardCount,
          learns: learns))
    }
    self.shards = shards
    blockSize = block
    memories = try Pool(min(Threads.count, shardCount)) { () throws(QLIFError) in
      try BlockMemory(
        network: network, samples: block, steps: steps, inputIsConstant: constantCurrents != nil,
        learns: learns)
    }
  }

  /// Whether it serves a pass of this process, every thread of it.
  var isUsable: Bool { process == getpid() && memories.count >= min(Threads.count, shards.count) }

  /// Keeps the membranes of a layer.
  func keepMembrane(of layer: Int) throws(QLIFError) {
    for memory in memories.all { try memory.layers[layer].keepMembrane() }
  }

  /// Calls `body` for each block of each shard, shards in parallel and the blocks of a shard in turn.
  func forEachBlock(_ body: (Block) -> Void) {
    Threads.run(shards.count, atMost: memories.count) { index in
      let shard = shards[index]
      memories.borrow { memory in
        shard.clear()
        for first in stride(from: shard.samples.lowerBound, to: shard.samples.upperBound, by: blockSize) {
          body(
            Block(
              shard: shard, memory: memory,
              samples: first..<min(first + blockSize, shard.samples.upperBound)))
        }
      }
    }
  }
}
