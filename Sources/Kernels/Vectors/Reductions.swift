// Numbers from arrays of any length, a multiple of a vector or not.

extension VectorKernels {
  /// The sum of squares, in double precision. NaN and infinity show in it.
  public static func sumOfSquares(count: Int, values: UnsafePointer<Float>) -> Double {
    var low = SIMD8<Double>.zero
    var high = low
    var i = 0
    while i + laneCount <= count {
      let x = Lanes(loading: values + i)
      let a = SIMD8<Double>(x.lowHalf)
      let b = SIMD8<Double>(x.highHalf)
      low += a * a
      high += b * b
      i += laneCount
    }
    var sum = (low + high).sum()
    while i < count {
      sum += Double(values[i]) * Double(values[i])
      i += 1
    }
    return sum
  }
}

extension VectorKernels {
  /// How many of the values are not 0.
  public static func countNonzero(count: Int, values: UnsafePointer<Float>) -> Int {
    var zeros = SIMD16<Int32>.zero
    var i = 0
    while i + laneCount <= count {
      zeros &-= Lanes(loading: values + i).isEqual(to: Lanes.zero).lanes
      i += laneCount
    }
    var result = i - Int(zeros.wrappedSum())
    while i < count {
      if values[i] != 0 { result += 1 }
      i += 1
    }
    return result
  }
}

extension VectorKernels {
  /// Whether all `count` values are finite, also times a factor.
  public static func areFinite(count: Int, values: UnsafePointer<Float>, times factor: Float) -> Bool {
    // x - x is 0 for a finite x and NaN otherwise, and NaN stays in the sum.
    var witness = Lanes.zero
    var i = 0
    while i + laneCount <= count {
      let x = factor * Lanes(loading: values + i)
      witness += x - x
      i += laneCount
    }
    var rest = witness.sum()
    while i < count {
      rest += factor * values[i] - factor * values[i]
      i += 1
    }
    return rest == 0
  }
}
