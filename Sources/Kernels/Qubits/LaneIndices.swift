/// The indices, `step * neurons + number`, that the random numbers of a kernel's neurons are counted by.
struct LaneIndices {
  /// Neurons of the layer, padded to whole groups.
  var neurons: Int
  /// The number in the layer of each neuron that is run; nil: all neurons are run.
  var numbers: UnsafePointer<Int32>?

  @inline(__always)
  init(neurons: Int, numbers: UnsafePointer<Int32>? = nil) {
    self.neurons = neurons
    self.numbers = numbers
  }

  @inline(__always)
  func at(step: Int, group: Int) -> SIMD16<UInt32> {
    let first = UInt32(truncatingIfNeeded: step &* neurons)
    if let numbers {
      let listed = UnsafeRawPointer(numbers + group * laneCount).loadUnaligned(as: SIMD16<UInt32>.self)
      return listed &+ first
    }
    let lanes = SIMD16<UInt32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    return lanes &+ (first &+ UInt32(truncatingIfNeeded: group &* laneCount))
  }
}
