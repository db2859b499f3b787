/// What spikes reach a synapse: the neurons of a layer before it, and an average over windows of them on the way.
///
/// An average is linear, so it needs no step of its own: the synapse takes the spikes as they are and spreads its
/// weights over the window.
package struct SpikeSource: Equatable {
  /// Shape of what the synapse sees, [features] or [channels, height, width].
  var shape: [Int]
  /// Shape of the neurons that spike.
  var neurons: [Int]
  /// Side of the window that is averaged; 1: none.
  var window = 1

  var isPlane: Bool { neurons.count == 3 }

  /// The neurons' number.
  var count: Int { neurons.reduce(1, *) }

  /// The input, in the order of `shape`, that a neuron is a part of, by its number among the spikes,
  /// [height, width, channels]; nil: of none.
  func input(of neuron: Int) -> Int? {
    guard isPlane else { return neuron }
    let (channels, width) = (neurons[0], neurons[2])
    let (position, channel) = neuron.quotientAndRemainder(dividingBy: channels)
    let (y, x) = (position / width / window, position % width / window)
    return y < shape[1] && x < shape[2] ? (channel * shape[1] + y) * shape[2] + x : nil
  }

  /// The inputs of up to sixteen neurons in a row, and -1 where there is none. To be read by their span: in a loop, each
  /// element of the array itself costs a copy of all.
  func inputs(of neurons: Range<Int>) -> InlineArray<16, Int> {
    var inputs = InlineArray<16, Int>(repeating: -1)
    for neuron in neurons { inputs[neuron - neurons.lowerBound] = input(of: neuron) ?? -1 }
    return inputs
  }

  /// What one spike weighs in the average.
  var weight: Float { 1 / Float(window * window) }
}
