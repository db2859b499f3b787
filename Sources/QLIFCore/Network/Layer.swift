import KernelTypes

/// A synapse and the neurons behind it.
package final class Layer: Sendable {
  package let index: Int
  package let synapse: any Synapse
  package let neuron: any Neuron

  package var shape: [Int] { synapse.outputShape }
  package var parameters: [Parameter] { synapse.parameters }
  package let units: Int

  /// Sixteens of neurons.
  let groups: Int
  /// 64-bit words in the spikes of one step.
  let words: Int
  let currentCount: Int

  /// Neurons, padded to whole sixteens.
  var paddedUnits: Int { groups * 16 }

  init(index: Int, synapse: any Synapse, neuron: any Neuron) throws(QLIFError) {
    self.index = index
    self.synapse = synapse
    self.neuron = neuron
    units = try product(synapse.outputShape, of: "layer \(index): neurons")
    groups = padded(units, to: 16) / 16
    words = padded(units, to: 64) / 64
    currentCount = type(of: neuron).currents.count
  }

  /// How many of the currents an input layer needs.
  func currents(ofConstantInput isConstant: Bool) -> Int {
    isConstant ? type(of: neuron).currentsOfConstantInput : currentCount
  }

  func run(steps: Int, dropoutKey: UInt64?) -> NeuronRun {
    NeuronRun(
      steps: steps, groups: groups, spikeStride: words * 4,
      dropout: neuron.dropout > 0 ? dropoutKey.map { Dropout(probability: neuron.dropout, key: $0) } : nil)
  }
}
