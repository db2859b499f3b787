import KernelTypes

/// A convolution over planes: the same weights at every position, once for each current of the neuron.
///
/// Parameters, for the current named c: `{c}weight` [channels out, channels in, kernel height, kernel width] and
/// `{c}bias` [channels out]; both start uniform in plus or minus `1 / sqrt(inputs of one position)`.
package final class Conv2d: Synapse {
  /// The constants in a description.
  private struct Geometry: Described {
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

  private let geometry: Geometry
  package let currents: Int
  package let parameters: [Parameter]
  private let source: SpikeSource
  /// The sizes over the input planes, and over the planes of the neurons that spike.
  private let plain: Window
  private let spiking: Window
  private let spectrum: ConvolutionSpectrum?

  package var outputShape: [Int] { [geometry.channels, plain.outputHeight, plain.outputWidth] }
  package var description: [String: JSONValue] { geometry.constants }
  /// The neurons, and room that a last vector of filters may spill into. It also keeps rows from lying a power of two
  /// apart, where all steps of a position would meet in few places of the first cache.
  package var currentStride: Int {
    padded(plain.positions * plain.filters, to: 16) + 16
  }

  private var weights: ArraySlice<Parameter> { parameters[..<currents] }
  private var biases: ArraySlice<Parameter> { parameters[currents...] }

  // The weights as the convolutions of spikes read them; made when first needed.
  private nonisolated(unsafe) var rowsOfTaps: Buffer<Float>?
  private nonisolated(unsafe) var packedBias: Buffer<Float>?
  private nonisolated(unsafe) var rowsOfFilters: Buffer<Float>?
  private nonisolated(unsafe) var spectralWeights: ConvolutionSpectrum.Weights?

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
  private func weightNumber(ofTap tap: Int) -> Int {
    let channel = tap % spiking.channels
    let kx = tap / spiking.channels % spiking.kernelWidth / source.window
    let ky = tap / spiking.channels / spiking.kernelWidth / source.window
    return (channel * plain.kernelHeight + ky) * plain.kernelWidth + kx
  }
}

// MARK: A dense input: its patches as a matrix, a product for each sample.

/// A rectangle of positions that follow each other: whole rows, or a part of one.
private struct Strip {
  let y: Range<Int>
  let x: Range<Int>
  /// The number of its first position.
  let first: Int
  var count: Int { y.count * x.count }
}

extension Conv2d {
  /// The inputs of each position of a strip, [weights of a filter, positions].
  private func patches(of input: Floats, _ strip: Strip, into patches: MutableFloats) {
    let w = plain
    var target = patches
    /// How many positions of a row begin below a column.
    func positions(below column: Int) -> Int {
      min(w.outputWidth, max(0, column + w.stride - 1) / w.stride)
    }
    for channel in 0..<w.channels {
      for ky in 0..<w.kernelHeight {
        for kx in 0..<w.kernelWidth {
          // The positions that see a column of the plane.
          let first = w.padding - kx
          let inside = (positions(below: first)..<positions(below: first + w.width)).clamped(to: strip.x)
          for y in strip.y {
            let row = y * w.stride + ky - w.padding
            let columns =
              (0..<w.height).contains(row) ? inside : strip.x.lowerBound..<strip.x.lowerBound
            let line = target - strip.x.lowerBound
            target.update(repeating: 0, count: columns.lowerBound - strip.x.lowerBound)
            let source = input + (channel * w.height + row) * w.width - first
            if w.stride == 1 {
              (line + columns.lowerBound).update(from: source + columns.lowerBound, count: columns.count)
            } else {
              for x in columns { line[x] = source[x * w.stride] }
            }
            (line + columns.upperBound).update(repeating: 0, count: strip.x.upperBound - columns.upperBound)
            target += strip.x.count
          }
        }
      }
    }
  }

  private static let samplesPerTask = 8
  /// Patches at a time, as many as a core's cache holds.
  private static let patchFloats = 1 << 18
  /// Positions at a time in spite of that, so that a product is worth its name.
  private static let fewestPositions = 64

  /// Columns and rows of a strip.
  private var stripSize: (columns: Int, rows: Int) {
    let positions = max(Self.fewestPositions, Self.patchFloats / plain.taps)
    return (min(plain.outputWidth, positions), max(1, min(plain.outputHeight, positions / plain.outputWidth)))
  }

  private func forEachStrip(_ body: (Strip) -> Void) {
    let (columns, rows) = stripSize
    for y in stride(from: 0, to: plain.outputHeight, by: rows) {
      for x in stride(from: 0, to: plain.outputWidth, by: columns) {
        body(
          Strip(
            y: y..<min(y + rows, plain.outputHeight), x: x..<min(x + columns, plain.outputWidth),
            first: y * plain.outputWidth + x))
      }
    }
  }

  private func tasks(_ rows: Int) -> Int { padded(rows, to: Self.samplesPerTask) / Self.samplesPerTask }

  /// Calls `body` for each task with its rows and memory for the patches of a strip.
  private func forEachTask(
    _ rows: Int, _ body: (_ task: Int, _ rows: Range<Int>, _ patches: MutableFloats) -> Void
  ) throws(QLIFError) {
    let tasks = tasks(rows)
    let size = try product([stripSize.columns, stripSize.rows, plain.taps], of: "patches of a convolution")
    let memories = try Pool(min(Threads.count, tasks)) { () throws(QLIFError) in
      try Buffer<Float>(size, for: "patches of a convolution")
    }
    Threads.run(tasks, atMost: memories.count) { task in
      let first = task * Self.samplesPerTask
      memories.borrow { body(task, first..<min(rows, first + Self.samplesPerTask), $0.base) }
    }
  }

  private var features: Int { plain.channels * plain.height * plain.width }

  package func project(
    _ input: Floats, rows: Int, currents count: Int, into output: MutableFloats
  ) throws(QLIFError) {
    let (positions, filters, taps) = (plain.positions, plain.filters, plain.taps)
    let products = try MatrixProducts(tasks: tasks(rows), rows: stripSize.columns * stripSize.rows)
    try forEachTask(rows) { _, rows, memory in
      for row in rows {
        let first = output + row * count * currentStride
        for (current, bias) in biases.prefix(count).enumerated() {
          for position in 0..<positions {
            (first + current * currentStride + position * filters).update(
              from: bias.effective.base, count: filters)
          }
        }
        forEachStrip { strip in
          patches(of: input + row * features, strip, into: memory)
          for (current, weight) in weights.prefix(count).enumerated() {
            products.multiply(
              Matrix(base: memory, stride: strip.count).transposed,
              Matrix(base: weight.effective.base, stride: taps).transposed,
              rows: strip.count, columns: filters, inner: taps, isAdded: true,
              into: first + current * currentStride + strip.first * filters, stride: filters)
          }
        }
      }
    }
  }

  package func gatherGradients(
    _ input: Floats, rows: Int, currents count: Int, gradient: Floats
  ) throws(QLIFError) {
    let (positions, filters, taps) = (plain.positions, plain.filters, plain.taps)
    let tasks = tasks(rows)
    let products = try MatrixProducts(tasks: tasks, rows: filters)
    let perCurrent = filters * (taps + 1)
    let size = count * perCurrent
    let shards = try Buffer<Float>(
      product([tasks, size], of: "gradients"), for: "gradients of a convolution")
    try forEachTask(rows) { task, rows, memory in
      let shard = shards.base + task * size
      for row in rows {
        let first = gradient + row * count * currentStride
        forEachStrip { strip in
          patches(of: input + row * features, strip, into: memory)
          for current in 0..<count {
            products.multiply(
              Matrix(base: first + current * currentStride + strip.first * filters, stride: filters)
                .transposed,
              Matrix(base: memory, stride: strip.count).transposed,
              rows: filters, columns: taps, inner: strip.count, isAdded: true,
              into: shard + current * perCurrent,
              stride: taps)
          }
        }
        for current in 0..<count {
          let source = first + current * currentStride
          let bias = shard + current * perCurrent + filters * taps
          for position in 0..<positions {
            for filter in 0..<filters { bias[filter] += source[position * filters + filter] }
          }
        }
      }
    }
    for task in 1..<max(1, tasks) {
      kernels.addInto(count: size, target: shards.base, source: shards.base + task * size)
    }
    for (current, (weight, bias)) in zip(weights, biases).prefix(count).enumerated() {
      let source = shards.base + current * filters * (taps + 1)
      weight.gradient.base.update(from: source, count: filters * taps)
      bias.gradient.base.update(from: source + filters * taps, count: filters)
    }
  }
}

// MARK: Spikes

extension Conv2d {
  package func prepareForSpikes(backward: Bool) throws(QLIFError) {
    let w = spiking
    if rowsOfTaps == nil {
      rowsOfTaps = try Buffer(w.taps * w.columns, for: "weights")
      packedBias = try Buffer(w.columns, for: "biases")
    }
    if backward, rowsOfFilters == nil {
      rowsOfFilters = try Buffer(w.kernelHeight * w.columns * w.paddedRow, for: "weights")
      spectralWeights = try spectrum?.makeWeights()
    }
    guard let forward = rowsOfTaps?.base, let packedBias = packedBias?.base else { return }
    let backward = backward ? rowsOfFilters?.base : nil
    let spectral = backward == nil ? nil : spectralWeights?.taps.base
    let perFilter = plain.taps
    // Places are linear in a tap, or in a column, where the other is given.
    var columns: [(start: Int, step: Int)] = try emptyArray(w.columns, for: "places of weights")
    for column in 0..<w.columns {
      let start = w.blockPlace(tap: 0, column: column)
      columns.append((start, w.blockPlace(tap: 1, column: column) - start))
    }
    for tap in 0..<w.taps {
      let number = weightNumber(ofTap: tap)
      let row = w.rowPlace(tap: tap, column: 0)
      let rowStep = w.rowPlace(tap: tap, column: 1) - row
      let place = spectrum?.place(tap: tap, column: 0) ?? 0
      let placeStep = (spectrum?.place(tap: tap, column: 1) ?? 0) - place
      for (current, weight) in weights.enumerated() {
        for filter in 0..<w.filters {
          let value = source.weight * weight.effective.base[filter * perFilter + number]
          let column = current * w.paddedFilters + filter
          forward[columns[column].start + tap * columns[column].step] = value
          backward?[row + column * rowStep] = value
          spectral?[place + column * placeStep] = value
        }
      }
    }
    if spectral != nil, let spectralWeights { spectrum?.transform(spectralWeights) }
    for (current, bias) in biases.enumerated() {
      (packedBias + current * w.paddedFilters).update(from: bias.effective.base, count: w.filters)
    }
  }

  package var scratchIndices: Int { spiking.indices }
  package var scratchFloats: Int {
    max(spiking.rows, spiking.planeSize + spiking.amounts, spectrum?.memory ?? 0)
  }

  package func forward(_ spikes: SpikeRows, scale: Float, into output: MutableFloats, _ scratch: Scratch) {
    guard let rowsOfTaps, let packedBias else { return }
    kernels.convolutionForward(
      spiking, samples: spikes.samples, steps: spikes.steps, spikes: spikes.bits, weights: rowsOfTaps.base,
      bias: packedBias.base, scale: scale, output: output, currentStride: currentStride,
      indices: scratch.indices, rows: scratch.floats)
  }

  /// The currents of each tap, in blocks, and those of the bias.
  package var gradientShardSize: Int { (spiking.taps + 1) * spiking.columns }

  package func backward(
    _ spikes: SpikeRows, scale: Float, gradient: Floats, shard: MutableFloats, spikeGradient: MutableFloats,
    _ scratch: Scratch
  ) {
    guard let rowsOfFilters else { return }
    kernels.convolutionWeightGradient(
      spiking, samples: spikes.samples, steps: spikes.steps, spikes: spikes.bits, outputGradient: gradient,
      currentStride: currentStride, scale: scale, weightGradient: shard,
      biasGradient: shard + spiking.taps * spiking.columns, indices: scratch.indices, rows: scratch.floats)
    if let spectrum, let spectralWeights,
      spectrum.isFaster(nonzero: nonzero(gradient, rows: spikes.rows))
    {
      kernels.spectralInputGradient(
        spiking, spectrum.spectrum, rows: spikes.rows, outputGradient: gradient, currentStride: currentStride,
        weights: spectralWeights.spectrum.base, inputGradient: spikeGradient, inputStride: spikes.paddedUnits,
        memory: scratch.floats)
    } else {
      kernels.convolutionInputGradient(
        spiking, rows: spikes.rows, outputGradient: gradient, currentStride: currentStride,
        weights: rowsOfFilters.base, inputGradient: spikeGradient, inputStride: spikes.paddedUnits,
        plane: scratch.floats, indices: scratch.indices, amounts: scratch.floats + spiking.planeSize)
    }
  }

  /// About how many gradients of a row are not 0: one row in four is looked at.
  private func nonzero(_ gradient: Floats, rows: Int) -> Int {
    let sample = stride(from: 0, to: rows, by: 4)
    let count = sample.reduce(0) {
      $0 + kernels.countNonzero(count: columns, values: gradient + $1 * columns)
    }
    return count / max(1, (rows + 3) / 4)
  }

  package func gather(shards: [MutableFloats]) {
    guard let sum = shards.first else { return }
    for shard in shards.dropFirst() {
      kernels.addInto(count: gradientShardSize, target: sum, source: shard)
    }
    let w = spiking
    for (current, (weight, bias)) in zip(weights, biases).enumerated() {
      weight.gradient.base.update(repeating: 0, count: weight.count)
      for tap in 0..<w.taps {
        let number = weightNumber(ofTap: tap)
        for filter in 0..<w.filters {
          weight.gradient.base[filter * plain.taps + number] +=
            source.weight * sum[w.blockPlace(tap: tap, column: current * w.paddedFilters + filter)]
        }
      }
      bias.gradient.base.update(from: sum + w.taps * w.columns + current * w.paddedFilters, count: w.filters)
    }
  }
}
