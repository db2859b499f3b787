/// What the parameters of a layer begin with.
package enum ParameterSource {
  /// Random numbers: the stream of the layer.
  case random(key: UInt64)
  /// Those of a file or of another network, by name. A network needs no more memory than they fill.
  case tensors([String: Safetensors.Tensor])

  /// The weights of all currents, then their biases; random ones are uniform in plus or minus `1 / sqrt(fanIn)`.
  func weightsAndBiases(
    layer: Int, currents: [String], weight shape: [Int], fanIn: Int
  ) throws(QLIFError) -> [Parameter] {
    _ = try product([currents.count, shape[0], fanIn + 1], of: "parameters of layers[\(layer)]")
    var weights: [Parameter] = []
    var biases: [Parameter] = []
    let bound = 1 / Float(fanIn).squareRoot()
    for (index, current) in currents.enumerated() {
      weights.append(try make("\(layer).\(current)weight", shape, bound: bound, stream: 2 * index))
      biases.append(try make("\(layer).\(current)bias", [shape[0]], bound: bound, stream: 2 * index + 1))
    }
    return weights + biases
  }

  /// - Parameter stream: the parameter's own among the layer's random numbers.
  private func make(_ name: String, _ shape: [Int], bound: Float, stream: Int) throws(QLIFError) -> Parameter
  {
    switch self {
    case .random(let key):
      let parameter = try Parameter(name: name, shape: shape)
      parameter.initialise(bound: bound, key: Counter.key(key, stream))
      return parameter
    case .tensors(let tensors):
      guard let tensor = tensors[name], tensor.shape == shape else {
        throw .format("tensor \(name) of shape \(shapeText(shape)) is missing")
      }
      let parameter = try Parameter(name: name, shape: shape)
      tensor.copy(to: parameter.values)
      return parameter
    }
  }
}
