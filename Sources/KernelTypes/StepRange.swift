/// Some consecutive steps of a sequence, and what the neurons of a layer carry into them and out of them.
///
/// A kernel's other arrays have these steps alone: their row 0 is step `first`. A run in parts, each from the state
/// that the part before it left, gives the bits of a run in one go, and so do the backward passes of the parts, from
/// the last part to the first.
///
/// A state is [stateWidth, groups * 16] floats; `stateWidth` of the neuron's constants says what its rows are. The
/// gradient of a state has some of these rows or fewer.
@frozen public struct StepRange {
  /// The number of the first step, which random numbers are counted by.
  public var first: Int
  public var count: Int
  /// The state before the first step, also in the backward pass; nil: at rest.
  public var stateBefore: UnsafePointer<Float>?
  /// Where the forward pass leaves the state after the last step; it may be `stateBefore`.
  public var stateAfter: UnsafeMutablePointer<Float>?
  /// The gradient of the state after the last step, through the steps that follow; nil: no step follows. Where it is
  /// given, the gradient of an input constant in time is added to that of the steps that follow.
  public var gradientAfter: UnsafePointer<Float>?
  /// Where the backward pass leaves the gradient of the state before the first step; it may be `gradientAfter`.
  public var gradientBefore: UnsafeMutablePointer<Float>?

  public init(
    first: Int = 0, count: Int, stateBefore: UnsafePointer<Float>? = nil,
    stateAfter: UnsafeMutablePointer<Float>? = nil, gradientAfter: UnsafePointer<Float>? = nil,
    gradientBefore: UnsafeMutablePointer<Float>? = nil
  ) {
    self.first = first
    self.count = count
    self.stateBefore = stateBefore
    self.stateAfter = stateAfter
    self.gradientAfter = gradientAfter
    self.gradientBefore = gradientBefore
  }
}
