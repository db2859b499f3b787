/// The derivative that stands in for `d spike / d alpha` (docs/model.md#surrogates), with `x = alpha - threshold`.
@frozen public struct Surrogate: Sendable, Equatable {
  @frozen public enum Shape: Sendable {
    /// `1 / (1 + (pi slope x)^2)`
    case arctan
    /// `1 / (1 + slope |x|)^2`
    case fastSigmoid
    /// `slope q (1 - q)`, `q = 1 / (1 + exp(-slope x))`
    case sigmoid
    /// `max(0, 1 - slope |x|)`
    case triangular
  }

  public var shape: Shape
  public var slope: Float

  public init(shape: Shape, slope: Float) {
    self.shape = shape
    self.slope = slope
  }
}
