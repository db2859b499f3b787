/// Every input to every neuron: `current = weight input + bias`, once for each current of the neuron.
///
/// Parameters, for the current named c: `{c}weight` [units, inputs] and `{c}bias` [units]; both start uniform in
/// plus or minus `1 / sqrt(inputs)`.
package final class Dense: Synapse {
  package let inputs: Int
  package let units: Int
  package let parameters: [Parameter]
  private let currents: Int

  /// Neurons of one current, padded.
  private var stride: Int { padded(units, to: 16) }
  package var columns: Int { currents * stride }
  package var outputShape: [Int] { [units] }
  package var description: SynapseDescription { SynapseDescription(kind: "dense", units: units) }

  private var weights: ArraySlice<Parameter> { parameters[..<currents] }
  private var biases: ArraySlice<Parameter> { parameters[currents...] }

  /// Spiking inputs, padded to whole words of spikes.
  private var words: Int { padded(inputs, to: 64) / 64 }
  private var paddedInputs: Int { padded(inputs, to: 16) }

  // The weights as the products with spikes read them; made when first needed.
  private nonisolated(unsafe) var rowsOfInputs: Buffer<Float>?
  private nonisolated(unsafe) var packedBias: Buffer<Float>?
  private nonisolated(unsafe) var rowsOfUnits: Buffer<Float>?

  package init(
    inputShape: [Int], units: Int, currents: [String], layer: Int, key: UInt64
  ) throws(QLIFError) {
    guard units > 0 else { throw .shape("layer \(layer) (dense): \(units) units, expected 1 or more") }
    let inputs = try product(inputShape, of: "layer \(layer) (dense): inputs")
    guard inputs < Int(Int32.max) / 4, units < Int(Int32.max) / 4 else {
      throw QLIFError(.outOfMemory, "layer \(layer) (dense): \(inputs) inputs to \(units) units is too large")
    }
    self.inputs = inputs
    self.units = units
    self.currents = currents.count
    var weights: [Parameter] = []
    var biases: [Parameter] = []
    let bound = 1 / Float(inputs).squareRoot()
    for (index, current) in currents.enumerated() {
      let weight = try Parameter(name: "\(layer).\(current)weight", shape: [units, inputs])
      let bias = try Parameter(name: "\(layer).\(current)bias", shape: [units])
      weight.initialise(bound: bound, key: Counter.key(key, 2 * index))
      bias.initialise(bound: bound, key: Counter.key(key, 2 * index + 1))
      weights.append(weight)
      biases.append(bias)
    }
    parameters = weights + biases
  }
}

// MARK: A dense input: products of whole batches, a part of the neurons at a time.

extension Dense {
  private static let tileUnits = 128

  package var tiles: Int { padded(units, to: Self.tileUnits) / Self.tileUnits }

  private func units(of tile: Int) -> Range<Int> {
    tile * Self.tileUnits..<min(units, (tile + 1) * Self.tileUnits)
  }

  package func forward(
    tile: Int, input: Floats, rows: Int, currents count: Int, into output: MutableFloats
  ) {
    let units = units(of: tile)
    let width = count * stride
    for (current, (weight, bias)) in zip(weights, biases).prefix(count).enumerated() {
      let first = output + current * stride + units.lowerBound
      for row in 0..<rows {
        (first + row * width).update(from: bias.values.base + units.lowerBound, count: units.count)
      }
      multiply(
        Matrix(base: input, stride: inputs),
        Matrix(base: weight.values.base + units.lowerBound * inputs, stride: inputs).transposed,
        rows: rows, columns: units.count, inner: inputs, keep: 1, into: first, stride: width)
    }
  }

  package func backward(tile: Int, input: Floats, rows: Int, currents count: Int, gradient: Floats) {
    let units = units(of: tile)
    let width = count * stride
    for (current, (weight, bias)) in zip(weights, biases).prefix(count).enumerated() {
      let weightGradient = weight.gradient.base + units.lowerBound * inputs
      let biasGradient = bias.gradient.base + units.lowerBound
      biasGradient.update(repeating: 0, count: units.count)
      let first = gradient + current * stride + units.lowerBound
      for row in 0..<rows {
        for unit in 0..<units.count { biasGradient[unit] += first[row * width + unit] }
      }
      multiply(
        Matrix(base: first, stride: width).transposed, Matrix(base: input, stride: inputs),
        rows: units.count, columns: inputs, inner: rows, keep: 0, into: weightGradient, stride: inputs)
    }
  }
}

// MARK: Spikes

extension Dense {
  package func prepareForSpikes(backward: Bool) throws(QLIFError) {
    let columns = columns
    let stride = stride
    let inputs = inputs
    let units = units
    if rowsOfInputs == nil {
      rowsOfInputs = try Buffer(product([words * 64, columns], of: "weights"), for: "weights")
      packedBias = try Buffer(columns, for: "biases")
    }
    if backward, rowsOfUnits == nil {
      rowsOfUnits = try Buffer(product([columns, paddedInputs], of: "weights"), for: "weights")
    }
    guard let forward = rowsOfInputs?.base, let packedBias = packedBias?.base else { return }
    let block = 64
    let weights = weights.map { $0.values.base }
    Threads.run(padded(inputs, to: block) / block) { task in
      for first in Swift.stride(from: task * block, to: min(inputs, (task + 1) * block), by: 16) {
        let last = min(inputs, first + 16)
        for (current, weight) in weights.enumerated() {
          for unit in 0..<units {
            let row = weight + unit * inputs
            let column = forward + current * stride + unit
            for input in first..<last { column[input * columns] = row[input] }
          }
        }
      }
    }
    for (current, bias) in biases.enumerated() {
      (packedBias + current * stride).update(from: bias.values.base, count: units)
    }
    guard backward, let rowsOfUnits = rowsOfUnits?.base else { return }
    for (current, weight) in weights.enumerated() {
      for unit in 0..<units {
        (rowsOfUnits + (current * stride + unit) * paddedInputs).update(
          from: weight + unit * inputs, count: inputs)
      }
    }
  }

  package func forward(
    spikes: UnsafePointer<UInt64>, rows: Int, scale: Float, into output: MutableFloats,
    indices: UnsafeMutablePointer<Int32>
  ) {
    guard let rowsOfInputs, let packedBias else { return }
    kernels.spikeForward(
      rows: rows, words: words, columns: columns, spikes: spikes, weights: rowsOfInputs.base,
      bias: packedBias.base, scale: scale, output: output, indices: indices)
  }

  /// One row of currents for each input, and one for the bias.
  package var gradientShareSize: Int { (words * 64 + 1) * columns }

  package func backward(
    spikes: UnsafePointer<UInt64>, rows: Int, scale: Float, gradient: Floats, share: MutableFloats,
    spikeGradient: MutableFloats, indices: UnsafeMutablePointer<Int32>
  ) {
    guard let rowsOfUnits else { return }
    kernels.spikeWeightGradient(
      rows: rows, words: words, columns: columns, spikes: spikes, outputGradient: gradient, scale: scale,
      weightGradient: share, biasGradient: share + words * 64 * columns, indices: indices)
    kernels.spikeInputGradient(
      rows: rows, columns: columns, inputs: paddedInputs, outputGradient: gradient,
      weights: rowsOfUnits.base, inputGradient: spikeGradient, indices: indices)
  }

  package func gather(shares: [MutableFloats]) {
    guard let sum = shares.first else { return }
    let columns = columns
    let stride = stride
    let inputs = inputs
    let units = units
    let words = words
    let block = 16
    let gradients = weights.map { $0.gradient.base }
    Threads.run(padded(inputs, to: block) / block) { task in
      let rows = task * block..<min(inputs, (task + 1) * block)
      let offset = rows.lowerBound * columns
      for share in shares.dropFirst() {
        kernels.addInto(count: rows.count * columns, target: sum + offset, source: share + offset)
      }
      for (current, gradient) in gradients.enumerated() {
        for unit in 0..<units {
          let column = sum + current * stride + unit
          for input in rows { gradient[unit * inputs + input] = column[input * columns] }
        }
      }
    }
    let bias = words * 64 * columns
    for share in shares.dropFirst() {
      kernels.addInto(count: columns, target: sum + bias, source: share + bias)
    }
    for (current, parameter) in biases.enumerated() {
      parameter.gradient.base.update(from: sum + bias + current * stride, count: units)
    }
  }
}
