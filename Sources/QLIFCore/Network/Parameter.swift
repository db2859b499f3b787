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

  init(name: String, shape: [Int]) throws(QLIFError) {
    self.name = name
    self.shape = shape
    let count = try product(shape, of: name)
    values = try Buffer(count, for: name)
    gradient = try Buffer(count, for: "the gradient of \(name)")
  }

  /// The weights of all currents, then their biases, all uniform in plus or minus `1 / sqrt(fanIn)`.
  static func weightsAndBiases(
    layer: Int, currents: [String], weight shape: [Int], fanIn: Int, key: UInt64, limit: Int
  ) throws(QLIFError) -> [Parameter] {
    let count = try product([currents.count, shape[0], fanIn + 1], of: "parameters of layer \(layer)")
    guard count <= limit else {
      throw .format("layer \(layer): it needs \(count) parameters, expected \(limit) at the most")
    }
    var weights: [Parameter] = []
    var biases: [Parameter] = []
    let bound = 1 / Float(fanIn).squareRoot()
    for (index, current) in currents.enumerated() {
      let weight = try Parameter(name: "\(layer).\(current)weight", shape: shape)
      let bias = try Parameter(name: "\(layer).\(current)bias", shape: [shape[0]])
      weight.initialise(bound: bound, key: Counter.key(key, 2 * index))
      bias.initialise(bound: bound, key: Counter.key(key, 2 * index + 1))
      weights.append(weight)
      biases.append(bias)
    }
    return weights + biases
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
