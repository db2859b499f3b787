import KernelTypes

/// `amount` times the surrogate derivative at `x = alpha - threshold`.
@inline(__always)
func surrogateProduct(_ surrogate: Surrogate, _ amount: Lanes, at x: Lanes) -> Lanes {
  let slope = Lanes(repeating: surrogate.slope)
  switch surrogate.shape {
  case .arctan:
    let y = (Float.pi * slope) * x
    return amount / Lanes(repeating: 1).plus(y, times: y)
  case .fastSigmoid:
    let y = Lanes(repeating: 1).plus(slope, times: x.magnitude)
    return amount / (y * y)
  case .sigmoid:
    // q (1 - q) is even in x, so exp(-|slope x|) serves both signs and never overflows.
    let e = exponential(-(slope * x.magnitude))
    let y = 1 + e
    return amount * slope * e / (y * y)
  case .triangular:
    return amount * larger(Lanes.zero, Lanes(repeating: 1) - slope * x.magnitude)
  }
}
