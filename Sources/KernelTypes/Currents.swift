/// The currents of one sample. Current k of neuron j at step t is `base[t * stride + k * offset + j]`; a stride of 0 is
/// an input constant in time, whose gradient is summed over the steps.
@frozen public struct Currents {
  public var base: UnsafePointer<Float>
  public var stride: Int
  public var offset: Int
  /// How many there are.
  public var count: Int

  public init(base: UnsafePointer<Float>, stride: Int, offset: Int, count: Int) {
    self.base = base
    self.stride = stride
    self.offset = offset
    self.count = count
  }

  public var isConstant: Bool { stride == 0 }
}
