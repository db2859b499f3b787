/// How a class is read off the output layer.
package enum Readout: String, Sendable, CaseIterable {
  /// Most spikes; ties and silence: the larger summed membrane (docs/model.md#readouts).
  case spikeCount = "spike_count"
  /// Largest summed membrane.
  case membrane
}

/// What the output layer showed for one sample: spikes and summed membrane of each class, in memory of a block.
struct OutputSums {
  let classes: Int
  let spikes: MutableFloats
  let membrane: MutableFloats

  /// - Parameter memory: twice as many values as there are classes.
  init(classes: Int, memory: MutableFloats) {
    self.classes = classes
    spikes = memory
    membrane = memory + classes
  }

  /// Sums the steps of one sample.
  func sum(
    spikes rows: UnsafePointer<UInt64>, membrane membranes: Floats, steps: Int, words: Int, paddedUnits: Int
  ) {
    for unit in 0..<classes {
      var count = 0
      var total: Float = 0
      for step in 0..<steps {
        count += Int((rows[step * words + unit / 64] >> UInt64(unit % 64)) & 1)
        total += membranes[step * paddedUnits + unit]
      }
      spikes[unit] = Float(count)
      membrane[unit] = total
    }
  }

  func label(_ readout: Readout) -> Int {
    var best = 0
    for unit in 1..<max(1, classes) {
      let moreSpikes = readout == .spikeCount ? spikes[unit] - spikes[best] : 0
      if moreSpikes > 0 || (moreSpikes == 0 && membrane[unit] > membrane[best]) { best = unit }
    }
    return best
  }

  func scores(_ readout: Readout) -> MutableFloats { readout == .spikeCount ? spikes : membrane }
}

extension Readout {
  /// The classes that records of an output layer, [steps, batch, classes], say.
  package func labels(
    spikes: Floats, membrane: Floats, steps: Int, batch: Int, classes: Int,
    into labels: UnsafeMutablePointer<Int64>
  ) throws(QLIFError) {
    _ = try product([steps, batch, classes], of: "steps x batch x classes")
    let memory = try Buffer<Float>(2 * classes, for: "output sums")
    for sample in 0..<batch {
      let sums = OutputSums(classes: classes, memory: memory.base)
      for unit in 0..<classes {
        (sums.spikes[unit], sums.membrane[unit]) = (0, 0)
        for step in 0..<steps {
          let place = (step * batch + sample) * classes + unit
          sums.spikes[unit] += spikes[place]
          sums.membrane[unit] += membrane[place]
        }
      }
      labels[sample] = Int64(sums.label(self))
    }
  }
}
