/// Memory for passes over batches of one shape, and the division of a batch into work.
///
/// A batch is cut into shares, and a share into blocks of samples; both sizes follow from the network and the
/// batch alone. A share is the unit of parallel work: it takes its blocks in turn through all layers, forwards
/// and backwards, so that what a block needs stays in the cache, and it adds up its own parameter gradients.
final class Workspace: @unchecked Sendable {
  let batch: Int
  let steps: Int
  let isConstant: Bool
  let learns: Bool
  let shares: [Share]

  /// Currents of the input layer for the whole batch: [batch or steps * batch, width].
  let inputCurrents: Buffer<Float>
  let inputGradient: Buffer<Float>?
  /// Currents that the input layer needs, and floats in a row of them.
  let inputCurrentCount: Int
  let inputWidth: Int
  var inputRows: Int { isConstant ? batch : steps * batch }

  static let mostShares = 16

  init(network: Network, batch: Int, steps: Int, isConstant: Bool, learns: Bool) throws(QLIFError) {
    self.batch = batch
    self.steps = steps
    self.isConstant = isConstant
    self.learns = learns
    guard let first = network.layers.first, let synapse = first.synapse, let neuron = first.neuron else {
      throw .shape("network: it has no layer")
    }
    inputCurrentCount = isConstant ? type(of: neuron).currentsOfConstantInput : synapse.currents
    inputWidth = inputCurrentCount * synapse.currentStride
    let rows = isConstant ? batch : try product([steps, batch], of: "input rows")
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
          block: block, steps: steps, learns: learns))
    }
    self.shares = shares
  }
}

/// The memory of one share of a batch.
final class Share: @unchecked Sendable {
  let samples: Range<Int>
  /// Samples taken through the layers at a time.
  let block: Int
  let layers: [LayerMemory]
  let tally: Tally
  private let indices: Buffer<Int32>
  private let floats: Buffer<Float>
  var scratch: Scratch { Scratch(indices: indices.base, floats: floats.base) }

  init(network: Network, samples: Range<Int>, block: Int, steps: Int, learns: Bool) throws(QLIFError) {
    self.samples = samples
    self.block = block
    var layers: [LayerMemory] = []
    var mostIndices = 0
    var mostFloats = 0
    for layer in network.layers {
      layers.append(
        try LayerMemory(
          layer, rows: product([block, steps], of: "rows of a block"), isLast: layer === network.layers.last,
          learns: learns))
      mostIndices = max(mostIndices, layer.synapse?.scratchIndices ?? 0)
      mostFloats = max(mostFloats, layer.synapse?.scratchFloats ?? 0)
    }
    self.layers = layers
    indices = try Buffer(mostIndices, for: "spike lists")
    floats = try Buffer(mostFloats, for: "scratch")
    tally = Tally(layers: network.layers.count)
  }
}

/// What a share has counted.
final class Tally: @unchecked Sendable {
  var loss = 0.0
  var correct = 0
  /// Spikes of each layer, before dropout.
  var spikes: [Int]
  /// The first layer whose currents were NaN or infinite.
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
///
/// Vectors may read and write a few values beyond the last row: there is room for them.
final class LayerMemory: @unchecked Sendable {
  /// [rows, words]; nothing for an average, whose spikes are those of its source
  let spikes: Buffer<UInt64>
  /// [rows, padded neurons]: always of the output layer; of another where it is recorded
  var alpha: Buffer<Float>?
  /// [rows, columns]; nil for the input layer, whose currents belong to the whole batch
  let currents: Buffer<Float>?
  let currentGradient: Buffer<Float>?
  /// [rows, padded neurons]
  let spikeGradient: Buffer<Float>?
  let alphaGradient: Buffer<Float>?
  /// The share's own parameter gradients.
  let parameterGradient: Buffer<Float>?

  private let alphaSize: Int
  private static let spill = 16

  init(_ layer: Layer, rows: Int, isLast: Bool, learns: Bool) throws(QLIFError) {
    let name = "layer \(layer.index)"
    func floats(_ width: Int, _ what: String, if isNeeded: Bool) throws(QLIFError) -> Buffer<Float>? {
      guard isNeeded else { return nil }
      return try Buffer(product([rows, width], of: name) + Self.spill, for: "\(what) of \(name)")
    }
    let isAverage = if case .averagePool = layer.stage { true } else { false }
    // The input layer's currents belong to the whole batch.
    let synapse = layer.index == 0 ? nil : layer.synapse
    let columns = synapse?.columns ?? 0
    spikes = try Buffer(product([isAverage ? 0 : rows, layer.words], of: name) + 2, for: "spikes of \(name)")
    alphaSize = try product([rows, layer.paddedUnits], of: name)
    alpha = try floats(layer.paddedUnits, "alpha", if: isLast)
    currents = try floats(columns, "currents", if: synapse != nil)
    currentGradient = try floats(columns, "gradients", if: synapse != nil && learns)
    spikeGradient = try floats(layer.paddedUnits, "gradients", if: learns && !isAverage)
    alphaGradient = try floats(layer.paddedUnits, "gradients", if: learns && isLast)
    parameterGradient =
      if learns, let synapse {
        try Buffer(synapse.gradientShareSize, for: "parameter gradients of \(name)")
      } else { nil }
  }

  /// Makes room for alpha.
  func keepAlpha() throws(QLIFError) {
    if alpha == nil { alpha = try Buffer(alphaSize, for: "alpha") }
  }
}
