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
