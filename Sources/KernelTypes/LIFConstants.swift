/// The constants of a population of LIF neurons in the form that the kernels use.
@frozen public struct LIFConstants: Sendable {
  public var beta: Float
  public var threshold: Float
  /// After a spike the membrane starts from 0; else the threshold is taken off it.
  public var resetsToZero: Bool
  public var surrogate: Surrogate

  /// Rows of a `StepRange`'s state: the membrane, as the step left it, and so whether the neuron fired. Of the gradient:
  /// likewise.
  public static let stateWidth = 1

  public init(beta: Float, threshold: Float, resetsToZero: Bool, surrogate: Surrogate) {
    self.beta = beta
    self.threshold = threshold
    self.resetsToZero = resetsToZero
    self.surrogate = surrogate
  }
}
