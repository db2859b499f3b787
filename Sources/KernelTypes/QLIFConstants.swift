/// The constants of a population of QLIF neurons in the form that the kernels use.
@frozen public struct QLIFConstants: Sendable {
  @frozen public enum Leak: Sendable { case relaxation, published }

  public var leak: Leak
  /// Whether the drive passes through tanh first.
  public var boundsDrive: Bool
  public var isRefractory: Bool
  public var threshold: Float
  /// Radians of rotation per unit of drive.
  public var driveScale: Float
  /// `delay_scale / t1`: relaxation times waited per unit of delay.
  public var delayRate: Float
  public var surrogate: Surrogate

  /// Rows of a `StepRange`'s state: `sin(phi/2)` and `cos(phi/2)`, at rest 0 and 1, as the step left them, and so
  /// whether the neuron fired. Of the gradient: one, that of `phi`.
  public static let stateWidth = 2

  public init(
    leak: Leak, boundsDrive: Bool, isRefractory: Bool, threshold: Float, driveScale: Float,
    delayRate: Float, surrogate: Surrogate
  ) {
    self.leak = leak
    self.boundsDrive = boundsDrive
    self.isRefractory = isRefractory
    self.threshold = threshold
    self.driveScale = driveScale
    self.delayRate = delayRate
    self.surrogate = surrogate
  }
}
