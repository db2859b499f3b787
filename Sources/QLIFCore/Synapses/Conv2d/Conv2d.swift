import KernelTypes

/// A convolution over planes: the same weights at every position, once for each current of the neuron.
///
/// Parameters, for the current named c: `{c}weight` [channels out, channels in, kernel height, kernel width] and
/// `{c}bias` [channels out]; both start uniform in plus or minus `1 / sqrt(inputs of one position)`.
package final class Conv2d: Synapse {
  /// The constants in a description.
  struct Geometry: Described {
    var channels = 0
    var kernelHeight = 0
    var kernelWidth = 0
    var stride = 1
    var padding = 0

    static var fields: [Field<Geometry>] {
      [
        .size("channels", \.channels, 1...Int.max, isRequired: true),
        .size("kernel_height", \.kernelHeight, 1...Int.max, isRequired: true),
        .size("kernel_width", \.kernelWidth, 1...Int.max, isRequired: true),
        .size("stride", \.stride, 1...most), .size("padding", \.padding, 0...most),
      ]
    }

    private static let most = 1 << 16

    /// A kernel that reaches beyond a whole plane on a side would see nothing there.
    func validateTogether() throws(QLIFError) {
      guard padding < kernelHeight, padding < kernelWidth else {
        throw .shape("padding: \(padding), expected less than the kernel's \(kernelHeight) x \(kernelWidth)")
      }
    }
  }

  package static let kind = "conv2d"

  let geometry: Geometry
  package let currents: Int
  package let parameters: [Parameter]
  let source: SpikeSource
  /// The sizes over the input planes, and over the planes of the neurons that spike.
  let plain: Window
  let spiking: Window
  let spectrum: ConvolutionSpectrum?

  package var outputShape: [Int] { [geometry.channels, plain.outputHeight, plain.outputWidth] }
  package var description: [String: JSONValue] { geometry.constants }
  /// The neurons, and room that a last vector of filters may spill into. It also keeps rows from lying a power of two
  /// apart, where all steps of a position would meet in few places of the first cache.
  package var currentStride: Int {
    padded(plain.positions * plain.filters, to: 16) + 16
  }

  var weights: ArraySlice<Parameter> { parameters[..<currents] }
  var biases: ArraySlice<Parameter> { parameters[currents...] }

  // The weights as the convolutions of spikes read them; made when first needed.
  nonisolated(unsafe) var rowsOfTaps: Buffer<Float>?
  nonisolated(unsafe) var packedBias: Buffer<Float>?
  nonisolated(unsafe) var rowsOfFilters: Buffer<Float>?
  nonisolated(unsafe) var spectralWeights: ConvolutionSpectrum.Weights?

  package init(
    _ description: inout DescriptionReader, _ place: LayerPlace, currents: [String]
  ) throws(QLIFError) {
    let what = "layers[\(place.index)] (conv2d)"
    let source = place.input
    let g = try Geometry(&description)
    guard source.shape.count == 3 else {
      throw .shape("\(what): input of shape \(shapeText(source.shape)), expected [channels, height, width]")
    }
    let (height, width) = (source.shape[1] + 2 * g.padding, source.shape[2] + 2 * g.padding)
    guard g.kernelHeight <= height, g.kernelWidth <= width else {
      throw .shape(
        "\(what): a kernel of \(g.kernelHeight) x \(g.kernelWidth) on \(shapeText(source.shape)) with padding \(g.padding),"
          + " expected one that fits")
    }
    let fanIn = try product([source.shape[0], g.kernelHeight, g.kernelWidth], of: "\(what): kernel")
    let outputs = [
      g.channels, (height - g.kernelHeight) / g.stride + 1, (width - g.kernelWidth) / g.stride + 1,
    ]
    guard try product(outputs + [currents.count], of: "\(what): neurons") < Int(Int32.max) / 16,
      try product([fanIn, g.channels, currents.count, source.window, source.window], of: "\(what): weights")
        < Int(Int32.max) / 16
    else { throw QLIFError(.outOfMemory, "\(what): \(shapeText(outputs)) neurons is too large") }
    self.source = source
    geometry = g
    self.currents = currents.count
    func window(_ planes: [Int], _ side: Int) -> Window {
      Window(
        height: planes[1], width: planes[2], channels: planes[0], usableHeight: source.shape[1] * side,
        usableWidth: source.shape[2] * side, kernelHeight: g.kernelHeight * side,
        kernelWidth: g.kernelWidth * side, stride: g.stride * side, padding: g.padding * side,
        outputHeight: outputs[1], outputWidth: outputs[2], filters: g.channels, currents: currents.count)
    }
    plain = window(source.shape, 1)
    // An average before a convolution is a wider kernel on the spikes themselves.
    spiking = window(source.neurons, source.window)
    // The input has no gradient.
    spectrum = source.layer == nil ? nil : try ConvolutionSpectrum.whereWorthIt(spiking)
    parameters = try place.parameters.weightsAndBiases(
      layer: place.index, currents: currents,
      weight: [g.channels, source.shape[0], g.kernelHeight, g.kernelWidth], fanIn: fanIn)
  }

  /// For each tap of the spiking kernel, (ky, kx, channel), its number in a filter's weights, (channel, ky, kx).
  func weightNumber(ofTap tap: Int) -> Int {
    let channel = tap % spiking.channels
    let kx = tap / spiking.channels % spiking.kernelWidth / source.window
    let ky = tap / spiking.channels / spiking.kernelWidth / source.window
    return (channel * plain.kernelHeight + ky) * plain.kernelWidth + kx
  }
}
