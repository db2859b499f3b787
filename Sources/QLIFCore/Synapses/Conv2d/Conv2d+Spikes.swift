import KernelTypes

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
    let gain = source.weight
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
        let values = weight.effective
        for filter in 0..<w.filters {
          let value = gain * values[filter * perFilter + number]
          let column = current * w.paddedFilters + filter
          forward[columns[column].start + tap * columns[column].step] = value
          backward?[row + column * rowStep] = value
          spectral?[place + column * placeStep] = value
        }
      }
    }
    if spectral != nil, let spectralWeights { spectrum?.transform(spectralWeights) }
    for (current, bias) in biases.enumerated() {
      (packedBias + current * w.paddedFilters).update(from: bias.effective, count: w.filters)
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
    let gain = source.weight
    for (current, (weight, bias)) in zip(weights, biases).enumerated() {
      weight.gradient.base.update(repeating: 0, count: weight.count)
      for tap in 0..<w.taps {
        let number = weightNumber(ofTap: tap)
        for filter in 0..<w.filters {
          weight.gradient.base[filter * plain.taps + number] +=
            gain * sum[w.blockPlace(tap: tap, column: current * w.paddedFilters + filter)]
        }
      }
      bias.gradient.base.update(from: sum + w.taps * w.columns + current * w.paddedFilters, count: w.filters)
    }
  }
}
