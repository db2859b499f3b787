import QLIFCore
import QLIFData

/// A saved network as the drawings need it. Everything that touches the engine is in this file.
struct Model {
  /// One layer's parameters that lead into its units.
  struct Weights {
    /// For dense layers `[units, inputs]`.
    var shape: [Int]
    var values: [Float]
  }

  /// What one run of the network gave.
  struct Run {
    let steps: Int
    /// For each layer `[steps, neurons]`; empty where the layer has no neurons or was not recorded.
    let spikes: [[Float]]
    let alpha: [[Float]]
  }

  let name: String
  let sha256: String
  private let network: Network

  /// Loads the network of a `.safetensors` file.
  init(path: String) throws {
    network = try Network.load(path: path)
    guard let sha256 = SHA256.hexadecimal(try FileBytes.read(path)) else {
      throw RenderError("cannot hash \(path)")
    }
    self.sha256 = sha256
    name = path.split(separator: "/").last.map(String.init) ?? path
  }

  var inputShape: [Int] { network.inputShape }
  var layerCount: Int { network.layers.count }

  func shape(ofLayer layer: Int) -> [Int] { network.layers[layer].shape }

  /// How many neurons a layer has.
  func neurons(inLayer layer: Int) -> Int { shape(ofLayer: layer).reduce(1, *) }

  /// The population above which a layer's neurons fire; nil for a layer without neurons.
  func threshold(ofLayer layer: Int) -> Double? { Double(network.layers[layer].neuron.threshold) }

  /// What a layer is, for a heading: "Layer 0, 1,000 neurons".
  func title(ofLayer layer: Int) -> String {
    let sizes = shape(ofLayer: layer)
    let product = sizes.count > 1 ? sizes.map(String.init).joined(separator: " × ") + " = " : ""
    return "Layer \(layer), \(product)\(neurons(inLayer: layer)) neurons"
  }

  /// The weights of the drive current of a layer, nil if it has none.
  func driveWeights(ofLayer layer: Int) -> Weights? {
    // A neuron of a single current has one set of weights, without a current's name.
    for name in ["\(layer).drive_weight", "\(layer).weight"] {
      if let parameter = network.parameters.first(where: { $0.name == name }) {
        return Weights(shape: parameter.shape, values: Array(parameter.values))
      }
    }
    return nil
  }

  /// Runs the network on one sample; records the spikes of all layers, and alpha of `alphaLayer` and the last layer.
  func run(_ sample: InputSample, alphaLayer: Int? = nil) throws -> Run {
    let values = transformed(sample.values)
    let layers = 0..<layerCount
    let recording = try values.withUnsafeBufferPointer { values in
      try network.simulate(
        values: values, batch: 1, steps: sample.steps, recordSpikes: layers.map { _ in true },
        recordAlpha: layers.map { $0 == alphaLayer || $0 == layerCount - 1 })
    }
    return Run(steps: recording.steps, spikes: recording.spikes, alpha: recording.alpha)
  }

  /// The input as the network was trained on it. Models carry no transform of their own yet; one that
  /// is named in the file's metadata (centring, for example) is to be applied here, and only here.
  private func transformed(_ values: [Float]) -> [Float] { values }
}

extension Model.Run {
  /// The class with the most output spikes; among equals the one with the larger summed alpha.
  var prediction: Int? {
    guard let spikes = spikes.last, let alpha = alpha.last, steps > 0, !spikes.isEmpty, alpha.count == spikes.count
    else { return nil }
    let outputs = spikes.count / steps
    var best: (output: Int, count: Int, alpha: Double)?
    for output in 0..<outputs {
      var count = 0
      var sum = 0.0
      for step in 0..<steps {
        if spikes[step * outputs + output] > 0.5 { count += 1 }
        sum += Double(alpha[step * outputs + output])
      }
      if let now = best, (now.count, now.alpha) >= (count, sum) { continue }
      best = (output, count, sum)
    }
    return best?.output
  }
}

extension Model {
  /// Throws unless the network has such a layer.
  func check(layer: Int) throws {
    guard (0..<layerCount).contains(layer) else {
      throw RenderError("layer \(layer) is outside 0 ... \(layerCount - 1), the network's layers")
    }
  }
}
