/// The constants of a population of ALIF neurons in the form that the kernels use.
@frozen public struct ALIFConstants: Sendable {
  public var beta: Float
  public var threshold: Float
  /// Share of the adaptation that a step leaves.
  public var rho: Float
  /// What the threshold rises by for an adaptation of 1.
  public var adaptation: Float
  /// After a spike the membrane starts from 0; else the threshold is taken off it.
  public var resetsToZero: Bool
  public var surrogate: Surrogate

  /// Rows of a `StepRange`'s state: the membrane and the adaptation, as the step left them, and so whether the neuron
  /// fired. Of the gradient: that of the membrane, and that of the adaptation of the step after.
  public static let stateWidth = 2

  public init(
    beta: Float, threshold: Float, rho: Float, adaptation: Float, resetsToZero: Bool, surrogate: Surrogate
  ) {
    self.beta = beta
    self.threshold = threshold
    self.rho = rho
    self.adaptation = adaptation
    self.resetsToZero = resetsToZero
    self.surrogate = surrogate
  }
}
