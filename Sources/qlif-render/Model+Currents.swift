import QLIFCore
import QLIFData

extension Model {
  /// What neurons of a dense layer of QLIF neurons receive at each step of a run, `[steps][neurons]`.
  ///
  /// In double precision from the weights and the spikes of the layer before, or the input.
  func currents(
    ofLayer layer: Int, neurons: [Int], for choice: InputOptions.Choice
  ) throws -> (neuron: QLIF, drive: [[Double]], delay: [[Double]]) {
    guard let neuron = qlif(ofLayer: layer), let weights = denseWeights(ofLayer: layer) else {
      throw RenderError("layer \(layer) is \(title(ofLayer: layer)), expected a dense layer of QLIF neurons")
    }
    guard neuron.firing == .threshold else {
      throw RenderError(
        "the neurons of layer \(layer) fire by chance, each time otherwise: expected some that fire at their threshold"
      )
    }
    let run = try run(choice)
    let sample = choice.sample
    let isConstant = layer == 0 && sample.steps == 0
    let inputs = layer == 0 ? sample.values : run.spikes[layer - 1]
    let width = weights.drive.inputs
    let rows = (0..<(isConstant ? 1 : run.steps)).map { step in
      inputs[(step * width)..<((step + 1) * width)].map(Double.init)
    }
    func currents(_ weights: DenseWeights) -> [[Double]] {
      let found = rows.map { row in neurons.map { weights.current(of: $0, for: row) } }
      return isConstant ? Array(repeating: found[0], count: run.steps) : found
    }
    return (neuron, currents(weights.drive), currents(weights.delay))
  }
}

/// One current's weights `[neurons, inputs]` and biases.
struct DenseWeights {
  let inputs: Int
  let weight: [Float]
  let bias: [Float]

  func current(of neuron: Int, for row: [Double]) -> Double {
    var sum = Double(bias[neuron])
    for input in 0..<inputs { sum += Double(weight[neuron * inputs + input]) * row[input] }
    return sum
  }
}
