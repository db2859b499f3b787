import KernelTypes

/// The derivative that stands in for that of a spike, by name; see `Surrogate.Shape` for the equations.
package enum SurrogateKind: String, Sendable, CaseIterable {
  case arctan
  case fastSigmoid = "fast_sigmoid"
  case sigmoid
  case triangular

  func function(slope: Float) -> Surrogate {
    let shape: Surrogate.Shape =
      switch self {
      case .arctan: .arctan
      case .fastSigmoid: .fastSigmoid
      case .sigmoid: .sigmoid
      case .triangular: .triangular
      }
    return Surrogate(shape: shape, slope: slope)
  }
}
