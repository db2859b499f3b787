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
