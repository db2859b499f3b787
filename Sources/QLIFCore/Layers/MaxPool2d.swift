import KernelTypes

/// The largest of each window of spikes: 1 where any of its neurons spikes.
package final class MaxPool2d: Layer {
  /// To which of the neurons that are the largest the gradient goes: of those that spiked, or of all where none did.
  package enum Ties: String, Sendable, CaseIterable {
    /// The first, row by row.
    case first
    /// The one with the largest membrane, as if the membranes were pooled and then compared with the threshold. Always
    /// the first would ask the same neuron of a silent window over and over, often one that nothing drives, and
    /// layers would fall silent.
    case membrane
  }

  /// The constants in a description.
  private struct Settings: Described {
    var size = 0
    /// nil: as far as the window's size.
    var stride: Int?
    var ties = Ties.first

    static var fields: [Field<Settings>] {
      [
        .size("size", \.size, 1...Int.max, isRequired: true), .size("stride", \.stride, 1...Int.max),
        .choice("ties", \.ties),
      ]
    }
  }

  package static let kinds = ["max_pool2d"]

  package let input: SpikeSource
  package let output: SpikeSource
  package let shape: LayerShape
  private let settings: Settings
  private let window: PoolWindow

  package init(
    _ kind: String, _ description: inout DescriptionReader, _ place: LayerPlace
  ) throws(QLIFError) {
    let name = "layers[\(place.index)] (\(kind))"
    var settings = try Settings(&description)
    let stride = settings.stride ?? settings.size
    settings.stride = stride
    try place.requireSpikes(kind)
    guard place.input.isPlain else { throw .shape("\(name): it follows an average, expected spikes") }
    guard settings.ties == .first || place.previous?.neuron != nil else {
      throw .invalid("\(name): ties \"membrane\" after a layer without neurons, expected \"first\"")
    }
    input = place.input
    let planes = input.shape
    shape = try LayerShape(
      index: place.index,
      sizes: pooledShape(planes, size: settings.size, stride: stride, name))
    output = SpikeSource(of: shape)
    self.settings = settings
    window = PoolWindow(
      height: planes[1], width: planes[2], channels: planes[0], size: settings.size, stride: stride,
      outputHeight: shape.sizes[1], outputWidth: shape.sizes[2])
  }

  package var description: JSONValue { settings.description(as: Self.kinds[0]) }

  package var sourceOfMembranes: Int? { settings.ties == .membrane ? input.layer : nil }

  package func scratchBytes(steps: Int, learns: Bool) -> Int {
    max(kernels.maxPoolForwardMemory(window), learns ? kernels.maxPoolBackwardMemory(window) : 0)
  }

  package func forward(_ block: Block, _ pass: Pass) {
    guard let rows = pass.spikeRows(input, block) else { return }
    let spikes = block.layers[index].spikes.base
    kernels.maxPoolForward(
      window, rows: rows.rows, spikes: rows.bits, output: spikes, memory: block.memory.rawScratch)
    for word in 0..<rows.rows * shape.words { block.counts.spikes[index] += spikes[word].nonzeroBitCount }
  }

  package func backward(_ block: Block, _ pass: Pass) {
    guard let rows = pass.spikeRows(input, block), let source = input.layer,
      let gradient = block.layers[index].spikeGradient, let spikeGradient = block.layers[source].spikeGradient
    else { return }
    kernels.maxPoolBackward(
      window, rows: rows.rows, spikes: rows.bits,
      membranes: sourceOfMembranes.flatMap { block.layers[$0].membrane.map { Floats($0.base) } },
      outputGradient: gradient.base, outputStride: shape.paddedUnits, inputGradient: spikeGradient.base,
      inputStride: rows.paddedUnits, memory: block.memory.rawScratch)
  }
}

/// The shape after pooling; what does not fill a window is left out.
func pooledShape(_ shape: [Int], size: Int, stride: Int, _ what: String) throws(QLIFError) -> [Int] {
  guard shape.count == 3 else {
    throw .shape("\(what): input of shape \(shapeText(shape)), expected [channels, height, width]")
  }
  guard size <= shape[1], size <= shape[2] else {
    throw .shape("\(what): windows of \(size) x \(size) on \(shapeText(shape)), expected ones that fit")
  }
  return [shape[0], (shape[1] - size) / stride + 1, (shape[2] - size) / stride + 1]
}
