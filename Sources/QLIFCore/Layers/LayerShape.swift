/// The sizes of a layer, and how its neurons lie in memory.
package struct LayerShape: Equatable, Sendable {
  /// The layer's number in its network.
  package let index: Int
  /// [features], or [channels, height, width]
  package let sizes: [Int]
  package let units: Int
  /// Vectors of 16 neurons.
  let groups: Int
  /// 64-bit words in the spikes of one step.
  let words: Int
  /// Neurons, padded to whole vectors.
  var paddedUnits: Int { groups * 16 }

  init(index: Int, sizes: [Int]) throws(QLIFError) {
    self.index = index
    self.sizes = sizes
    units = try product(sizes, of: "layers[\(index)]: neurons")
    groups = padded(units, to: 16) / 16
    words = padded(units, to: 64) / 64
  }

  /// Spikes of planes lie [height, width, channels]: calls `body` with each neuron's number there and its place in
  /// `sizes`.
  @inline(__always)
  func forEachNeuron(_ body: (_ number: Int, _ place: Int) -> Void) {
    let channels = sizes.count == 3 ? sizes[0] : 1
    let positions = units / channels
    for position in 0..<positions {
      for channel in 0..<channels { body(position * channels + channel, channel * positions + position) }
    }
  }
}
