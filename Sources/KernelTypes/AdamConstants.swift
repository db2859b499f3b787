/// One update's constants: Adam's, with the bias corrections of this step worked in.
@frozen public struct AdamConstants: Sendable {
  public var beta1: Float
  public var beta2: Float
  /// Learning rate over `1 - beta1^t`.
  public var rate: Float
  /// `1 / sqrt(1 - beta2^t)`
  public var squareScale: Float
  public var epsilon: Float
  /// What clipping leaves of the gradient; 1 where it does not clip.
  public var gradientScale: Float
  /// What weight decay leaves of a value; 1 without decay.
  public var keep: Float

  public init(
    beta1: Float, beta2: Float, rate: Float, squareScale: Float, epsilon: Float, gradientScale: Float,
    keep: Float
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.rate = rate
    self.squareScale = squareScale
    self.epsilon = epsilon
    self.gradientScale = gradientScale
    self.keep = keep
  }
}
