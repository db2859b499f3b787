/// What stands between a parameter's values and the layers that read them, such as rounding to few bits.
///
/// It is applied once at the start of a pass. The gradient of what it makes is taken as that of the values
/// (straight-through).
package protocol ParameterTransform: Sendable {
  /// - Parameters:
  ///   - values: [count], in the order of `shape`.
  ///   - target: [count], written.
  func apply(_ values: Floats, count: Int, shape: [Int], into target: MutableFloats)
}
