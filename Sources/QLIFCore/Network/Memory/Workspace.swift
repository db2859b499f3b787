import Glibc

/// Memory for passes over batches of one shape, and the division of a batch into work.
///
/// A batch is cut into shares, and a share into blocks of samples; both sizes follow from the network and the
/// batch alone. A share is the unit of parallel work: it takes its blocks in turn through all layers, forwards
/// and backwards, and adds up its own parameter gradients. What a block needs beside these it finds in one of a
/// few block memories, as many as there are threads, so that they stay in the cache from block to block.
final class Workspace: @unchecked Sendable {
  let batch: Int
  let steps: Int
  /// Currents that a layer with an input constant in time needs; nil: the input is a sequence.
  let constantCurrents: Int?
  let learns: Bool
  let shares: [Share]
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

  static let mostShares = 16
  /// Samples taken through the layers at a time.
  private let blockSize: Int

  init(network: Network, batch: Int, steps: Int, constantCurrents: Int?, learns: Bool) throws(QLIFError) {
    self.batch = batch
    self.steps = steps
    self.constantCurrents = constantCurrents
    self.learns = learns
    guard let first = network.layers.first, let synapse = first.synapse else {
      throw .shape("network: it has no layer")
    }
    inputCurrentCount = constantCurrents ?? synapse.currents
    inputWidth = inputCurrentCount * synapse.currentStride
    let rows = constantCurrents != nil ? batch : try product([steps, batch], of: "input rows")
    let size = try product([rows, inputWidth], of: "currents of layer 0")
    inputCurrents = try Buffer(size, for: "currents of layer 0")
    inputGradient = learns ? try Buffer(size, for: "gradients of layer 0") : nil

    // Shares keep gradients of their own: fewer where these are large.
    var gradientSize = 0
    var largest = first.paddedUnits
    for layer in network.layers.dropFirst() {
      gradientSize += layer.synapse?.gradientShareSize ?? 0
      largest = max(largest, layer.synapse?.columns ?? layer.paddedUnits)
    }
    let affordable = learns ? max(4, (64 << 20) / max(1, gradientSize)) : Self.mostShares
    let shareCount = min(batch, min(Self.mostShares, affordable))
    // As many samples at a time as half a megabyte holds.
    let perSample = try product([steps, largest, MemoryLayout<Float>.size], of: "a sample's currents")
    let block = max(1, min((batch + shareCount - 1) / shareCount, (512 << 10) / perSample))
    var shares: [Share] = []
    for index in 0..<shareCount {
      shares.append(
        try Share(
          network: network, samples: index * batch / shareCount..<(index + 1) * batch / shareCount,
          learns: learns))
    }
    self.shares = shares
    blockSize = block
    memories = try Pool(min(Threads.count, shareCount)) { () throws(QLIFError) in
      try BlockMemory(
        network: network, samples: block, steps: steps, inputIsConstant: constantCurrents != nil,
        learns: learns)
    }
  }

  /// Whether it serves a pass of this process, every thread of it.
  var isUsable: Bool { process == getpid() && memories.count >= min(Threads.count, shares.count) }

  /// Keeps the membranes of a layer.
  func keepAlpha(of layer: Int) throws(QLIFError) {
    for memory in memories.all { try memory.layers[layer].keepAlpha() }
  }

  /// Calls `body` for each block of each share, shares in parallel and the blocks of a share in turn.
  func forEachBlock(_ body: (Block) -> Void) {
    Threads.run(shares.count, atMost: memories.count) { index in
      let share = shares[index]
      memories.borrow { memory in
        share.clear()
        for first in stride(from: share.samples.lowerBound, to: share.samples.upperBound, by: blockSize) {
          body(
            Block(
              share: share, memory: memory,
              samples: first..<min(first + blockSize, share.samples.upperBound)))
        }
      }
    }
  }
}

/// A part of a batch, and what it adds up.
final class Share: @unchecked Sendable {
  let samples: Range<Int>
  let tally: Tally
  /// The share's own gradients of each layer's parameters; nil for the input layer's, which are the whole batch's.
  let parameterGradients: [Buffer<Float>?]

  init(network: Network, samples: Range<Int>, learns: Bool) throws(QLIFError) {
    self.samples = samples
    tally = Tally(layers: network.layers.count)
    var gradients: [Buffer<Float>?] = []
    for layer in network.layers {
      let synapse = learns && layer.index > 0 ? layer.synapse : nil
      gradients.append(
        try synapse.map { synapse throws(QLIFError) in
          try Buffer(synapse.gradientShareSize, for: "parameter gradients of layer \(layer.index)")
        })
    }
    parameterGradients = gradients
  }

  func clear() {
    tally.clear()
    for gradient in parameterGradients { gradient?.clear() }
  }
}

/// Some samples of a share, taken through the layers together.
struct Block {
  let share: Share
  let memory: BlockMemory
  let samples: Range<Int>

  var tally: Tally { share.tally }
  var layers: [LayerMemory] { memory.layers }
}

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
      if learns, let source = layer.sourceOfMembranes { try layers[source].keepAlpha() }
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

/// What a share has counted.
final class Tally: @unchecked Sendable {
  var loss = 0.0
  var correct = 0
  /// Spikes of each layer, before dropout.
  var spikes: [Int]
  /// The first layer whose currents were NaN or too large.
  var notFinite: Int?

  init(layers: Int) { spikes = Array(repeating: 0, count: layers) }

  func clear() {
    loss = 0
    correct = 0
    notFinite = nil
    for layer in spikes.indices { spikes[layer] = 0 }
  }
}

/// A layer's part of a block: rows are samples x steps, the steps of a sample next to each other.
final class LayerMemory: @unchecked Sendable {
  /// [rows, words]; nothing for an average, whose spikes are those of its source
  let spikes: Buffer<UInt64>
  /// [rows, padded neurons]: always of the output layer; of another where it is recorded, or where a maximum is found
  /// by it
  var alpha: Buffer<Float>?
  /// [rows, columns], and backwards their gradients; nil for the input layer, whose currents belong to the whole batch
  let currents: Buffer<Float>?
  /// [rows, stateWidth]: what neurons leave on the way forwards for the way back
  let states: Buffer<Float>?
  let stateWidth: Int
  /// [rows, padded neurons]
  let spikeGradient: Buffer<Float>?
  let alphaGradient: Buffer<Float>?
  /// What the output layer showed for a sample.
  let sums: OutputSums?

  private let alphaSize: Int
  private let sumsMemory: Buffer<Float>?

  init(_ layer: Layer, rows: Int, isConstant: Bool, isLast: Bool, learns: Bool) throws(QLIFError) {
    let name = "layer \(layer.index)"
    func floats(_ width: Int, _ what: String, if isNeeded: Bool) throws(QLIFError) -> Buffer<Float>? {
      guard isNeeded else { return nil }
      return try Buffer(product([rows, width], of: name), for: "\(what) of \(name)")
    }
    let isAverage = if case .averagePool = layer.stage { true } else { false }
    // The input layer's currents belong to the whole batch.
    let synapse = layer.index == 0 ? nil : layer.synapse
    let columns = synapse?.columns ?? 0
    spikes = try Buffer(product([isAverage ? 0 : rows, layer.words], of: name), for: "spikes of \(name)")
    alphaSize = try product([rows, layer.paddedUnits], of: name)
    alpha = try floats(layer.paddedUnits, "alpha", if: isLast)
    currents = try floats(columns, "currents", if: synapse != nil)
    let statesOfSequence = layer.neuron.map { type(of: $0).statesOfSequence } ?? 0
    stateWidth = learns && !isConstant ? try product([statesOfSequence, layer.paddedUnits], of: name) : 0
    states = try floats(stateWidth, "states", if: stateWidth > 0)
    spikeGradient = try floats(layer.paddedUnits, "gradients", if: learns && !isAverage)
    alphaGradient = try floats(layer.paddedUnits, "gradients", if: learns && isLast)
    sumsMemory = isLast ? try Buffer(2 * layer.units, for: "output sums") : nil
    sums = sumsMemory.map { OutputSums(classes: layer.units, memory: $0.base) }
  }

  /// Makes room for alpha.
  func keepAlpha() throws(QLIFError) {
    if alpha == nil { alpha = try Buffer(alphaSize, for: "alpha") }
  }
}
