/// One tensor that is learned, and its gradient.
package final class Parameter: @unchecked Sendable {
  /// `{layer}.{current}weight` or `{layer}.{current}bias`
  package let name: String
  package let shape: [Int]
  package let values: Buffer<Float>
  package let gradient: Buffer<Float>

  /// Whether the last gradient was computed; false: the parameter has no effect there, and its gradient is 0.
  var hasGradient = false

  package var count: Int { values.count }

  /// Biases are not subject to weight decay.
  var isBias: Bool { shape.count == 1 }

  /// What is done to the values before layers read them; nil: nothing. The gradient passes it unchanged.
  package var transform: (any ParameterTransform)?
  private var transformed: Buffer<Float>?

  /// The values as layers multiply by them: all that turns weights into currents reads these. Made by `refresh`.
  private(set) var effective: Floats

  init(name: String, shape: [Int]) throws(QLIFError) {
    self.name = name
    self.shape = shape
    let count = try product(shape, of: name)
    values = try Buffer(count, for: name)
    gradient = try Buffer(count, for: "the gradient of \(name)")
    effective = Floats(values.base)
  }

  /// Makes the effective values of a pass.
  func refresh() throws(QLIFError) {
    guard let transform else {
      effective = Floats(values.base)
      return
    }
    let target: Buffer<Float>
    if let transformed {
      target = transformed
    } else {
      target = try Buffer(count, for: "the effective values of \(name)")
    }
    transform.apply(values.base, count: count, shape: shape, into: target.base)
    transformed = target
    effective = Floats(target.base)
  }

  /// Sets the gradient of a parameter without effect.
  func clearGradient() {
    if hasGradient { gradient.clear() }
    hasGradient = false
  }

  /// Uniform in [-bound, bound), a stream of its own for each parameter.
  func initialise(bound: Float, key: UInt64) {
    for i in 0..<count { values.base[i] = bound * (2 * Counter.uniform(key, i) - 1) }
  }
}
