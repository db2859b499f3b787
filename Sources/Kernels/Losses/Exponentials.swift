extension VectorKernels {
  /// `exp(value - largest)` of each value, and their sum: the C library's own differs from one processor to another.
  ///   largest   no value is above it
  ///   output    [count, padded to a multiple of 16], the padding 0; nil: only the sum is wanted
  public static func exponentials(
    count: Int, values: UnsafePointer<Float>, largest: Float, output: UnsafeMutablePointer<Float>?
  ) -> Float {
    var sum = Lanes.zero
    for first in stride(from: 0, to: count, by: laneCount) {
      let present = min(laneCount, count - first)
      let all = exponential(Lanes(loadingFirst: present, values + first) - largest)
      let powers = present == laneCount ? all : select(LaneMask(bits: 1 << UInt16(present) - 1), all, .zero)
      if let output { powers.store(to: output + first) }
      sum += powers
    }
    return sum.sum()
  }
}
