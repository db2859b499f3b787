/// The constants of a population of SynapticLIF neurons in the form that the kernels use.
@frozen public struct SynapticLIFConstants: Sendable {
  /// Share of the synaptic current that a step leaves.
  public var alpha: Float
  public var beta: Float
  public var threshold: Float
  /// After a spike the membrane is 0; else the threshold is taken off it.
  public var resetsToZero: Bool
  public var surrogate: Surrogate

  /// Rows of a `StepRange`'s state: the membrane and the synaptic current, as the step left them, and so whether the
  /// neuron fired. Of the gradient: likewise.
  public static let stateWidth = 2

  public init(alpha: Float, beta: Float, threshold: Float, resetsToZero: Bool, surrogate: Surrogate) {
    self.alpha = alpha
    self.beta = beta
    self.threshold = threshold
    self.resetsToZero = resetsToZero
    self.surrogate = surrogate
  }
}
