/// What a simulation recorded, in memory of its own.
package struct Recording {
  package let steps: Int
  /// For each layer [steps, batch, neurons], or nothing where it was not asked for.
  package let spikes: [[Float]]
  package let membrane: [[Float]]
  /// For each layer [currents of a neuron, steps, batch, neurons].
  package let currents: [[Float]]
}

extension Network {
  /// Runs a batch, constant in time (`steps` 0) or a sequence.
  /// - Parameter layers: the layers whose spikes, membranes and currents are recorded.
  package func simulate(
    values: UnsafeBufferPointer<Float>, batch: Int, steps: Int = 0, spikes: Set<Int> = [],
    membranes: Set<Int> = [], currents: Set<Int> = [], noise: NoiseRun = NoiseRun()
  ) throws(QLIFError) -> Recording {
    let input = try Input(values.baseAddress, count: values.count, batch: batch, steps: steps, for: self)
    let length = steps == 0 ? self.steps : steps
    func buffers(_ wanted: Set<Int>, _ each: (any Layer) -> Int) throws(QLIFError) -> [Buffer<Float>?] {
      var buffers: [Buffer<Float>?] = []
      for layer in layers {
        let size = try product(
          [each(layer), length, batch, layer.shape.units], of: "records of layer \(layer.index)")
        buffers.append(
          wanted.contains(layer.index) ? try Buffer(size, for: "records of layer \(layer.index)") : nil)
      }
      return buffers
    }
    let spikes = try buffers(spikes) { _ in 1 }
    let membranes = try buffers(membranes) { _ in 1 }
    let currents = try buffers(currents) { $0.synapse?.currents ?? 0 }
    let targets = layers.indices.map {
      RecordTarget(spikes: spikes[$0]?.base, membrane: membranes[$0]?.base, currents: currents[$0]?.base)
    }
    try simulate(input, into: targets, noise: noise)
    func arrays(_ buffers: [Buffer<Float>?]) throws(QLIFError) -> [[Float]] {
      var arrays: [[Float]] = []
      for buffer in buffers {
        var array: [Float] = try emptyArray(buffer?.count ?? 0, for: "records")
        if let buffer { array.append(contentsOf: buffer.values) }
        arrays.append(array)
      }
      return arrays
    }
    return try Recording(
      steps: length, spikes: arrays(spikes), membrane: arrays(membranes), currents: arrays(currents))
  }
}
