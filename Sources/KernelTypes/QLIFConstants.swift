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
