/// The spikes of one layer's neurons over the steps.
package struct SpikeLayer: Sendable {
  /// What the heading calls the layer.
  package let name: String
  package let steps: Int
  package let neurons: Int
  /// What each neuron is called at an axis: its index in the network.
  package let indices: [Int]
  /// 1 where a neuron fired, else 0: `[steps, neurons]`, row by row.
  package let spikes: [Float]
}

extension SpikeLayer {
  /// Throws where the sizes do not fit the count of values.
  package init(name: String, steps: Int, neurons: Int, spikes: [Float]) throws(FigureError) {
    let (area, overflow) = steps.multipliedReportingOverflow(by: neurons)
    guard steps > 0, neurons > 0, !overflow, area == spikes.count else {
      throw .invalid("\(name): \(spikes.count) values are not \(steps) steps of \(neurons) neurons")
    }
    self.init(name: name, steps: steps, neurons: neurons, indices: Array(0..<neurons), spikes: spikes)
  }

  /// Only some of the neurons, which keep their indices. Throws where one of them does not exist.
  package func selecting(_ chosen: [Int], name: String) throws(FigureError) -> SpikeLayer {
    guard !chosen.isEmpty, chosen.allSatisfy(indices.indices.contains) else {
      throw .invalid("the chosen neurons are not all in \(self.name)")
    }
    let spikes = (0..<steps).flatMap { step in chosen.map { self.spikes[step * neurons + $0] } }
    return SpikeLayer(
      name: name, steps: steps, neurons: chosen.count, indices: chosen.map { indices[$0] }, spikes: spikes)
  }

  package func fired(step: Int, neuron: Int) -> Bool { spikes[step * neurons + neuron] > 0.5 }

  /// All spikes of the layer.
  package var count: Int { spikes.count(where: { $0 > 0.5 }) }

  package var counts: [Int] {
    var counts = [Int](repeating: 0, count: neurons)
    for step in 0..<steps {
      for neuron in 0..<neurons where fired(step: step, neuron: neuron) { counts[neuron] += 1 }
    }
    return counts
  }
}
