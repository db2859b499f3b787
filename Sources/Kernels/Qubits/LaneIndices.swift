/// Where the neurons that a kernel runs stand in their layer, which is what their random numbers follow from.
struct QubitPlaces {
  /// Neurons of the layer, padded to whole groups.
  var neurons: Int
  /// The number of each neuron that is run; nil: they are those of the layer.
  var numbers: UnsafePointer<Int32>?

  @inline(__always)
  init(neurons: Int, numbers: UnsafePointer<Int32>? = nil) {
    self.neurons = neurons
    self.numbers = numbers
  }

  @inline(__always)
  func places(step: Int, group: Int) -> SIMD16<UInt32> {
    let first = UInt32(truncatingIfNeeded: step &* neurons)
    if let numbers {
      let listed = UnsafeRawPointer(numbers + group * laneCount).loadUnaligned(as: SIMD16<UInt32>.self)
      return listed &+ first
    }
    let lanes = SIMD16<UInt32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    return lanes &+ (first &+ UInt32(truncatingIfNeeded: group &* laneCount))
  }
}
