import KernelTypes

/// The input gradient of a convolution by discrete Fourier transforms of its planes: see `Spectrum`.
///
/// It takes the same time whatever the gradients are, where the way through those that are not 0 takes time for each.
/// On planes of 12 x 12, with a kernel of 5 x 5, a product at each frequency is 1.5 real ones for each place of a
/// plane, where a position has 25 weights.
struct ConvolutionSpectrum: Sendable {
  let spectrum: Spectrum
  private let window: Window
  private let factors: [PlaneFactors]

  /// A convolution's weights as `spectralWeights` takes them, and as it gives them.
  struct Weights {
    let taps: Buffer<Float>
    let spectrum: Buffer<Float>
    let work: Buffer<Float>
  }

  /// Longer lines would want a fast transform, or to be cut.
  private static let longestLine = 64
  /// What should stay in the third cache.
  private static let mostWeights = 1 << 22

  /// nil where it would not be worth it even if every neuron had a gradient.
  static func whereWorthIt(_ window: Window) throws(QLIFError) -> ConvolutionSpectrum? {
    guard max(window.planeHeight, window.planeWidth / window.channels) <= longestLine else { return nil }
    let result = try ConvolutionSpectrum(window)
    let isWorthIt =
      result.weightCount <= mostWeights && result.isFaster(nonzero: window.positions * window.filters)
    return isWorthIt ? result : nil
  }

  init(_ window: Window) throws(QLIFError) {
    typealias Axis = (outputs: Int, taps: Int)
    func factors(_ line: (Axis) throws(QLIFError) -> LineFactors) throws(QLIFError) -> PlaneFactors {
      try PlaneFactors(
        y: line((window.outputHeight, window.kernelHeight)), x: line((window.outputWidth, window.kernelWidth))
      )
    }
    func period(_ axis: Axis) -> Int { (axis.outputs - 1) * window.stride + axis.taps }
    let gradient = try factors { axis throws(QLIFError) in
      try LineFactors(analysing: axis.outputs, spacing: window.stride, period: period(axis))
    }
    let kernel = try factors { axis throws(QLIFError) in
      try LineFactors(analysing: axis.taps, spacing: 1, period: period(axis))
    }
    let sums = try factors { axis throws(QLIFError) in try LineFactors(synthesising: period(axis)) }
    spectrum = Spectrum(
      gradient: gradient.lines, kernel: kernel.lines, sums: sums.lines,
      paddedChannels: window.paddedChannels)
    self.factors = [gradient, kernel, sums]
    self.window = window
  }

  private var weightCount: Int { spectrum.planes * window.columns * window.paddedChannels }

  /// Floats of memory that `spectralInputGradient` works in.
  var memory: Int { spectrum.memory(window) }

  /// Whether this is faster than the way through the gradients that are not 0, of which there are so many in a row.
  func isFaster(nonzero: Int) -> Bool {
    // Products of vectors. Those of the other way take longer, as measured: each needs its own weights.
    let (blocks, channels) = (window.columns / 16, window.paddedChannels / 16)
    let products =
      blocks * (spectrum.gradient.analysis + spectrum.planes) + spectrum.planes * window.columns * channels
      + channels * (spectrum.sums.synthesis + spectrum.planes)
    return Double(products) < 1.6 * Double(nonzero * window.kernelHeight * window.paddedRow / 16)
  }

  func makeWeights() throws(QLIFError) -> Weights {
    Weights(
      taps: try Buffer(
        window.columns * window.kernelHeight * window.kernelWidth * window.paddedChannels, for: "weights"),
      spectrum: try Buffer(weightCount, for: "weights"),
      work: try Buffer(spectrum.transformMemory, for: "weights"))
  }

  /// Where the weight of a tap and a column lies among `Weights.taps`.
  func place(tap: Int, column: Int) -> Int {
    (column * window.kernelHeight * window.kernelWidth + tap / window.channels) * window.paddedChannels
      + tap % window.channels
  }

  /// Takes over what lies in `weights.taps`.
  func transform(_ weights: Weights) {
    kernels.spectralWeights(
      window, spectrum, taps: weights.taps.base, into: weights.spectrum.base, memory: weights.work.base)
  }
}

extension SpectralLine {
  /// Products that a transform takes.
  fileprivate var analysis: Int { Self.padded(evens) * half + Self.padded(odds) * (count - half) }
  fileprivate var synthesis: Int { paddedHalf * (evens + odds) }
}

extension Spectrum.Lines {
  fileprivate var analysis: Int { y.count * x.analysis + x.parts * y.analysis + 2 * y.count * x.count }
  fileprivate var synthesis: Int {
    x.parts * y.synthesis + 2 * y.paddedHalf * x.synthesis + 2 * y.count * x.count
  }
}
