import KernelTypes

extension VectorKernels {
  /// One Adam update of `count` parameters (Kingma and Ba, arXiv:1412.6980, Algorithm 1; decoupled weight
  /// decay: Loshchilov and Hutter, arXiv:1711.05101, Algorithm 2).
  public static func adamUpdate(
    _ adam: AdamConstants, count: Int, values: UnsafeMutablePointer<Float>,
    gradient: UnsafePointer<Float>, mean: UnsafeMutablePointer<Float>, square: UnsafeMutablePointer<Float>
  ) {
    var i = 0
    while i + laneCount <= count {
      let g = adam.gradientScale * Lanes(loading: gradient + i)
      let m = (adam.beta1 * Lanes(loading: mean + i)).plus(Lanes(repeating: 1 - adam.beta1), times: g)
      let v = (adam.beta2 * Lanes(loading: square + i)).plus(Lanes(repeating: 1 - adam.beta2), times: g * g)
      m.store(to: mean + i)
      v.store(to: square + i)
      let step = adam.rate * m / (adam.squareScale * v.root + adam.epsilon)
      (adam.keep * Lanes(loading: values + i) - step).store(to: values + i)
      i += laneCount
    }
    while i < count {
      let g = adam.gradientScale * gradient[i]
      let m = adam.beta1 * mean[i] + (1 - adam.beta1) * g
      let v = adam.beta2 * square[i] + (1 - adam.beta2) * (g * g)
      mean[i] = m
      square[i] = v
      values[i] = adam.keep * values[i] - adam.rate * m / (adam.squareScale * v.squareRoot() + adam.epsilon)
      i += 1
    }
  }
}

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

extension VectorKernels {
  /// `target += source`
  public static func addInto(count: Int, target: UnsafeMutablePointer<Float>, source: UnsafePointer<Float>) {
    var i = 0
    while i + laneCount <= count {
      (Lanes(loading: target + i) + Lanes(loading: source + i)).store(to: target + i)
      i += laneCount
    }
    while i < count {
      target[i] += source[i]
      i += 1
    }
  }
}

extension VectorKernels {
  /// `exp(value - largest)` of each value, and their sum: the C library's own differs from one processor to another.
  ///   largest   no value is above it
  ///   output    [count, padded to a multiple of sixteen], the padding 0; nil: only the sum is wanted
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
