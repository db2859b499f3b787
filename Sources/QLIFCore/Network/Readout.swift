/// How a class is read off the output layer.
package enum Readout: String, Codable, Sendable, CaseIterable {
  /// Most spikes; ties and silence: the larger summed alpha (SPEC, Gradients).
  case spikeCount = "spike_count"
  /// Largest summed alpha.
  case membrane
}

/// What the output layer showed for one sample: spikes and summed alpha of each class.
struct OutputSums {
  private(set) var spikes: [Float]
  private(set) var alpha: [Float]

  init(classes: Int) {
    spikes = Array(repeating: 0, count: classes)
    alpha = spikes
  }

  /// Sums the steps of one sample.
  mutating func sum(
    spikes rows: UnsafePointer<UInt64>, alpha: Floats, steps: Int, words: Int, paddedUnits: Int
  ) {
    for unit in spikes.indices {
      var count = 0
      var total: Float = 0
      for step in 0..<steps {
        count += Int((rows[step * words + unit / 64] >> UInt64(unit % 64)) & 1)
        total += alpha[step * paddedUnits + unit]
      }
      spikes[unit] = Float(count)
      self.alpha[unit] = total
    }
  }

  func label(_ readout: Readout) -> Int {
    var best = 0
    for unit in spikes.indices.dropFirst() {
      let moreSpikes = readout == .spikeCount ? spikes[unit] - spikes[best] : 0
      if moreSpikes > 0 || (moreSpikes == 0 && alpha[unit] > alpha[best]) { best = unit }
    }
    return best
  }

  func scores(_ readout: Readout) -> [Float] { readout == .spikeCount ? spikes : alpha }
}
