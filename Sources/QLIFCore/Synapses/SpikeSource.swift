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

  /// For each neuron in the order of its spikes, [height, width, channels], the input that it is a part of in the
  /// order of `shape`; nil: of none.
  var inputs: [Int?] {
    guard isPlane else { return Array(0..<neurons.reduce(1, *)) }
    let (channels, height, width) = (neurons[0], neurons[1], neurons[2])
    var inputs: [Int?] = []
    inputs.reserveCapacity(channels * height * width)
    for y in 0..<height {
      for x in 0..<width {
        let isInside = y / window < shape[1] && x / window < shape[2]
        for channel in 0..<channels {
          inputs.append(isInside ? (channel * shape[1] + y / window) * shape[2] + x / window : nil)
        }
      }
    }
    return inputs
  }

  /// What one spike weighs in the average.
  var weight: Float { 1 / Float(window * window) }
}
