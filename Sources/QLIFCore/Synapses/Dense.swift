import KernelTypes

/// Every input to every neuron: `current = weight input + bias`, once for each current of the neuron.
///
/// Parameters, for the current named c: `{c}weight` [units, inputs] and `{c}bias` [units]; both start uniform in
/// plus or minus `1 / sqrt(inputs)`.
package final class Dense: Synapse {
  /// The constants in a description.
  private struct Settings: Described {
    var units = 0

    static var fields: [Field<Settings>] { [.size("units", \.units, 1...Int.max, isRequired: true)] }
  }

  package static let kind = "dense"

  private let settings: Settings
  package var description: [String: JSONValue] { settings.constants }

  package let inputs: Int
  package let units: Int
  package let currents: Int
  package let parameters: [Parameter]
  private let source: SpikeSource

  package var currentStride: Int { padded(units, to: 16) }
  package var outputShape: [Int] { [units] }

  private var weights: ArraySlice<Parameter> { parameters[..<currents] }
  private var biases: ArraySlice<Parameter> { parameters[currents...] }

  /// Spiking neurons, padded to whole words of spikes.
  private let words: Int
  private let neurons: Int
  private let paddedInputs: Int

  // The weights as the products with spikes read them; made when first needed.
  private nonisolated(unsafe) var rowsOfInputs: Buffer<Float>?
  private nonisolated(unsafe) var packedBias: Buffer<Float>?
  private nonisolated(unsafe) var rowsOfUnits: Buffer<Float>?

  package init(
    _ description: inout DescriptionReader, _ place: LayerPlace, currents: [String]
  ) throws(QLIFError) {
    settings = try Settings(&description)
    let name = "layers[\(place.index)] (dense)"
    source = place.input
    units = settings.units
    inputs = try product(source.shape, of: "\(name): inputs")
    neurons = try product(source.neurons, of: "\(name): inputs")
    guard neurons < Int(Int32.max) / 4, units < Int(Int32.max) / 4 else {
      throw QLIFError(.outOfMemory, "\(name): \(inputs) inputs to \(units) units is too large")
    }
    self.currents = currents.count
    words = padded(neurons, to: 64) / 64
    paddedInputs = padded(neurons, to: 16)
    parameters = try place.parameters.weightsAndBiases(
      layer: place.index, currents: currents, weight: [units, inputs], fanIn: inputs)
  }
}

// MARK: A dense input: products of whole batches, a part of the neurons at a time.

extension Dense {
  private static let tileUnits = 128

  private var tiles: Int { padded(units, to: Self.tileUnits) / Self.tileUnits }

  private func units(of tile: Int) -> Range<Int> {
    tile * Self.tileUnits..<min(units, (tile + 1) * Self.tileUnits)
  }

  package func project(
    _ input: Floats, rows: Int, currents count: Int, into output: MutableFloats
  ) throws(QLIFError) {
    let width = count * currentStride
    let products = try MatrixProducts(tasks: tiles, rows: rows)
    Threads.run(tiles, atMost: products.threads) { tile in
      let units = units(of: tile)
      for (current, (weight, bias)) in zip(weights, biases).prefix(count).enumerated() {
        let first = output + current * currentStride + units.lowerBound
        for row in 0..<rows {
          (first + row * width).update(from: bias.effective + units.lowerBound, count: units.count)
        }
        products.multiply(
          Matrix(base: input, stride: inputs),
          Matrix(base: weight.effective + units.lowerBound * inputs, stride: inputs).transposed,
          rows: rows, columns: units.count, inner: inputs, isAdded: true, into: first, stride: width)
      }
    }
  }

  package func gatherGradients(
    _ input: Floats, rows: Int, currents count: Int, gradient: Floats
  ) throws(QLIFError) {
    let width = count * currentStride
    let products = try MatrixProducts(tasks: tiles, rows: Self.tileUnits)
    Threads.run(tiles, atMost: products.threads) { tile in
      let units = units(of: tile)
      for (current, (weight, bias)) in zip(weights, biases).prefix(count).enumerated() {
        let first = gradient + current * currentStride + units.lowerBound
        let biasGradient = bias.gradient.base + units.lowerBound
        biasGradient.update(repeating: 0, count: units.count)
        for row in 0..<rows {
          for unit in 0..<units.count { biasGradient[unit] += first[row * width + unit] }
        }
        products.multiply(
          Matrix(base: first, stride: width).transposed, Matrix(base: input, stride: inputs),
          rows: units.count, columns: inputs, inner: rows, isAdded: false,
          into: weight.gradient.base + units.lowerBound * inputs, stride: inputs)
      }
    }
  }
}

// MARK: Spikes

extension Dense {
  package func prepareForSpikes(backward: Bool) throws(QLIFError) {
    if rowsOfInputs == nil {
      rowsOfInputs = try Buffer(product([words * 64, columns], of: "weights"), for: "weights")
      packedBias = try Buffer(columns, for: "biases")
    }
    if backward, rowsOfUnits == nil {
      rowsOfUnits = try Buffer(product([columns, paddedInputs], of: "weights"), for: "weights")
    }
    guard let forward = rowsOfInputs?.base, let packedBias = packedBias?.base else { return }
    let columns = columns
    let stride = currentStride
    let gain = source.weight
    let block = 64
    Threads.run(padded(neurons, to: block) / block) { task in
      for first in Swift.stride(from: task * block, to: min(neurons, (task + 1) * block), by: 16) {
        let range = first..<min(neurons, first + 16)
        let list = source.inputs(of: range)
        let sources = list.span
        for (current, weight) in weights.enumerated() {
          let values = weight.effective
          for unit in 0..<units {
            let row = values + unit * inputs
            let column = forward + (current * stride + unit)
            guard source.isPlane else {
              for neuron in range { column[neuron * columns] = row[neuron] }
              continue
            }
            for neuron in range where sources[neuron - first] >= 0 {
              column[neuron * columns] = gain * row[sources[neuron - first]]
            }
          }
        }
      }
    }
    for (current, bias) in biases.enumerated() {
      (packedBias + current * stride).update(from: bias.effective, count: units)
    }
    guard backward, let rowsOfUnits = rowsOfUnits?.base else { return }
    guard source.isPlane else {
      for (current, weight) in weights.enumerated() {
        let values = weight.effective
        for unit in 0..<units {
          let target = rowsOfUnits + (current * stride + unit) * paddedInputs
          target.update(from: values + unit * inputs, count: inputs)
        }
      }
      return
    }
    for first in Swift.stride(from: 0, to: neurons, by: 16) {
      let range = first..<min(neurons, first + 16)
      let list = source.inputs(of: range)
      let sources = list.span
      for (current, weight) in weights.enumerated() {
        let values = weight.effective
        for unit in 0..<units {
          let row = values + unit * inputs
          let target = rowsOfUnits + (current * stride + unit) * paddedInputs
          for neuron in range where sources[neuron - first] >= 0 {
            target[neuron] = gain * row[sources[neuron - first]]
          }
        }
      }
    }
  }

  package var scratchIndices: Int { max(words * 64, columns) }
  package var scratchFloats: Int { 0 }

  package func forward(_ spikes: SpikeRows, scale: Float, into output: MutableFloats, _ scratch: Scratch) {
    guard let rowsOfInputs, let packedBias else { return }
    kernels.spikeForward(
      rows: spikes.rows, words: words, columns: columns, spikes: spikes.bits, weights: rowsOfInputs.base,
      bias: packedBias.base, scale: scale, output: output, indices: scratch.indices)
  }

  /// One row of currents for each spiking neuron, and one for the bias.
  package var gradientShardSize: Int { (words * 64 + 1) * columns }

  package func backward(
    _ spikes: SpikeRows, scale: Float, gradient: Floats, shard: MutableFloats, spikeGradient: MutableFloats,
    _ scratch: Scratch
  ) {
    guard let rowsOfUnits else { return }
    kernels.spikeWeightGradient(
      rows: spikes.rows, words: words, columns: columns, spikes: spikes.bits, outputGradient: gradient,
      scale: scale, weightGradient: shard, biasGradient: shard + words * 64 * columns,
      indices: scratch.indices)
    kernels.spikeInputGradient(
      rows: spikes.rows, columns: columns, inputs: paddedInputs, outputGradient: gradient,
      weights: rowsOfUnits.base, inputGradient: spikeGradient, indices: scratch.indices)
  }

  package func gather(shards: [MutableFloats]) {
    guard let sum = shards.first else { return }
    let columns = columns
    let stride = currentStride
    let block = 16
    Threads.run(padded(neurons, to: block) / block) { task in
      let rows = task * block..<min(neurons, (task + 1) * block)
      let offset = rows.lowerBound * columns
      for shard in shards.dropFirst() {
        kernels.addInto(count: rows.count * columns, target: sum + offset, source: shard + offset)
      }
      guard !source.isPlane else { return }
      for (current, weight) in weights.enumerated() {
        for unit in 0..<units {
          let column = sum + current * stride + unit
          for input in rows { weight.gradient.base[unit * inputs + input] = column[input * columns] }
        }
      }
    }
    if source.isPlane { gather(sum) }
    let bias = words * 64 * columns
    for shard in shards.dropFirst() {
      kernels.addInto(count: columns, target: sum + bias, source: shard + bias)
    }
    for (current, parameter) in biases.enumerated() {
      parameter.gradient.base.update(from: sum + bias + current * stride, count: units)
    }
  }

  /// The weights' gradients where several neurons are parts of one input.
  private func gather(_ sum: MutableFloats) {
    let columns = columns
    let gain = source.weight
    let tile = 16
    Threads.run(padded(units, to: tile) / tile) { task in
      let units = task * tile..<min(self.units, (task + 1) * tile)
      for weight in weights {
        (weight.gradient.base + units.lowerBound * inputs).update(repeating: 0, count: units.count * inputs)
      }
      for first in Swift.stride(from: 0, to: neurons, by: 16) {
        let range = first..<min(neurons, first + 16)
        let list = source.inputs(of: range)
        let sources = list.span
        for (current, weight) in weights.enumerated() {
          for unit in units {
            let row = weight.gradient.base + unit * inputs
            let column = sum + (current * currentStride + unit)
            for neuron in range where sources[neuron - first] >= 0 {
              row[sources[neuron - first]] += gain * column[neuron * columns]
            }
          }
        }
      }
    }
  }
}
