/// What spikes reach a layer: those of a layer before it, and sums over windows of them on the way.
///
/// A sum is linear, so it needs no step of its own: a synapse takes the spikes as they are and spreads its weights over
/// the window.
package struct SpikeSource: Equatable, Sendable {
  /// The layer that spikes; nil: the network's input.
  let layer: Int?
  /// Shape of what is seen, [features] or [channels, height, width].
  let shape: [Int]
  /// Shape of the neurons that spike.
  let neurons: [Int]
  /// Side of the window that is summed; 1: none.
  let window: Int
  /// What the sum is divided by.
  let divisor: Int

  private init(layer: Int?, shape: [Int], neurons: [Int], window: Int, divisor: Int) {
    self.layer = layer
    self.shape = shape
    self.neurons = neurons
    self.window = window
    self.divisor = divisor
  }

  /// The input of a network.
  package init(inputOf shape: [Int]) {
    self.init(layer: nil, shape: shape, neurons: shape, window: 1, divisor: 1)
  }

  /// A layer's own spikes.
  init(of layer: LayerShape) {
    self.init(layer: layer.index, shape: layer.sizes, neurons: layer.sizes, window: 1, divisor: 1)
  }

  /// Sums over windows side by side; a sum of sums is one over the larger window.
  /// - Parameters:
  ///   - isAverage: whether the sum over a window is divided by its size.
  ///   - what: what errors call the layer that sums.
  func pooled(_ size: Int, isAverage: Bool, _ what: String) throws(QLIFError) -> SpikeSource {
    let shape = try pooledShape(shape, size: size, stride: size, what)
    return SpikeSource(
      layer: layer, shape: shape, neurons: neurons, window: window * size,
      divisor: divisor * (isAverage ? size * size : 1))
  }

  /// Whether it is spikes, one by one.
  var isPlain: Bool { window == 1 }

  /// What one spike weighs in the sum.
  var weight: Float { 1 / Float(divisor) }

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

  /// The inputs of up to 16 neurons in a row, and -1 where there is none. To be read by their span: in a loop, each
  /// element of the array itself costs a copy of all.
  func inputs(of neurons: Range<Int>) -> InlineArray<16, Int> {
    var inputs = InlineArray<16, Int>(repeating: -1)
    for neuron in neurons { inputs[neuron - neurons.lowerBound] = input(of: neuron) ?? -1 }
    return inputs
  }
}
