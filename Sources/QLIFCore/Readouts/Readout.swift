/// How a class is read off the output layer.
package enum Readout: String, Codable, Sendable, CaseIterable {
  /// Most spikes; ties and silence: the larger summed alpha (SPEC, Gradients).
  case spikeCount = "spike_count"
  /// Largest summed alpha.
  case membrane
}

/// What the output layer showed for one sample: spikes and summed alpha of each class, in memory of a block.
struct OutputSums {
  let classes: Int
  let spikes: MutableFloats
  let alpha: MutableFloats

  /// - Parameter memory: twice as many values as there are classes.
  init(classes: Int, memory: MutableFloats) {
    self.classes = classes
    spikes = memory
    alpha = memory + classes
  }

  /// Sums the steps of one sample.
  func sum(
    spikes rows: UnsafePointer<UInt64>, alpha membranes: Floats, steps: Int, words: Int, paddedUnits: Int
  ) {
    for unit in 0..<classes {
      var count = 0
      var total: Float = 0
      for step in 0..<steps {
        count += Int((rows[step * words + unit / 64] >> UInt64(unit % 64)) & 1)
        total += membranes[step * paddedUnits + unit]
      }
      spikes[unit] = Float(count)
      alpha[unit] = total
    }
  }

  func label(_ readout: Readout) -> Int {
    var best = 0
    for unit in 1..<max(1, classes) {
      let moreSpikes = readout == .spikeCount ? spikes[unit] - spikes[best] : 0
      if moreSpikes > 0 || (moreSpikes == 0 && alpha[unit] > alpha[best]) { best = unit }
    }
    return best
  }

  func scores(_ readout: Readout) -> MutableFloats { readout == .spikeCount ? spikes : alpha }
}
