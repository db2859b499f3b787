/// Which spikes of one sample are left out: a pure function of the key, the step and the neuron, so that
/// the backward pass asks again instead of remembering, and threads cannot change the answer.
@frozen public struct Dropout: Sendable {
  /// A spike is kept where its random number, one of 2^23 in [1, 2), is above this.
  public var cut: Float
  /// What a spike that is kept weighs, `1 / (1 - probability)`.
  public var scale: Float
  /// The stream of this sample, layer and training step.
  public var key: UInt64

  public init(probability: Float, key: UInt64) {
    cut = probability == 0 ? 0 : 1 + probability
    scale = 1 / (1 - probability)
    self.key = key
  }
}
