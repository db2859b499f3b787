import ArgumentParser
import QLIFCore
import QLIFData
import QLIFFigures
import QLIFFiles

/// A saved network as the drawings need it. Everything that touches the engine is in this file.
struct Model {
  /// One layer's parameters that lead into its units.
  struct Weights {
    /// For dense layers `[units, inputs]`, for convolutions `[outputs, inputs, height, width]`.
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
  private let estimator: EstimatorNote?

  /// Loads the network of a `.safetensors` file.
  init(path: FilePath) throws {
    network = try Network.load(path: path)
    estimator = network.metadata["estimator"].flatMap(EstimatorNote.init)
    sha256 = try SHA256.hexadecimal(ofFile: path)
    name = path.name
  }

  var inputShape: [Int] { network.inputShape }
  var layerCount: Int { network.layers.count }

  func shape(ofLayer layer: Int) -> [Int] { network.layers[layer].shape }

  /// How many neurons a layer has.
  func neurons(inLayer layer: Int) -> Int { shape(ofLayer: layer).reduce(1, *) }

  /// The population above which a layer's neurons fire; nil for a layer without neurons.
  func threshold(ofLayer layer: Int) -> Double? { network.layers[layer].neuron.map { Double($0.threshold) } }

  /// What a layer is, for a heading: "Layer 0, 1000 QLIF neurons".
  func title(ofLayer layer: Int) -> String {
    let sizes = shape(ofLayer: layer)
    let product = sizes.count > 1 ? sizes.map(String.init).joined(separator: " × ") + " = " : ""
    let count = neurons(inLayer: layer)
    guard let neuron = network.layers[layer].neuron else {
      return "Layer \(layer), pooling, \(product)\(formatted(count))"
    }
    let kind = type(of: neuron).kind.uppercased()
    return "Layer \(layer), \(product)\(formatted(count)) \(kind) neuron\(count == 1 ? "" : "s")"
  }

  /// The neurons of a layer of QLIF neurons, nil of another one.
  func qlif(ofLayer layer: Int) -> QLIF? { network.layers[layer].neuron as? QLIF }

  /// How a layer's drive turns its qubits, which gives its weights their unit; nil where it turns none.
  func rotation(ofLayer layer: Int) -> String? {
    guard let neuron = qlif(ofLayer: layer) else { return nil }
    let angle = formatted(Double(neuron.driveScale))
    return switch neuron.driveBound {
    case .none: "rotation: \(angle) rad × drive"
    case .tanh: "rotation: \(angle) rad × tanh(drive)"
    }
  }

  /// How the model's classes are to be read: as its estimator reads them, else as the engine does.
  var readout: Readout {
    estimator?.parameters.readout.flatMap(Readout.init) ?? TrainerConfiguration().readout
  }

  /// What the outputs stand for, as the model says; nil where it says nothing or something that does not fit.
  var classNames: [String]? {
    guard let names = estimator?.classNames, names.count == neurons(inLayer: layerCount - 1) else {
      return nil
    }
    return names
  }

  /// The weights of the drive current of a layer, nil if it has none.
  func driveWeights(ofLayer layer: Int) -> Weights? {
    // A neuron of a single current has one set of weights, without a current's name.
    for name in ["\(layer).drive_weight", "\(layer).weight"] {
      if let parameter = network.parameters.first(where: { $0.name == name }) {
        return Weights(shape: parameter.shape, values: Array(parameter.values.values))
      }
    }
    return nil
  }

  /// The weights and biases of both currents of a dense layer; nil of another one.
  func denseWeights(ofLayer layer: Int) -> (drive: DenseWeights, delay: DenseWeights)? {
    func find(_ current: String) -> DenseWeights? {
      func parameter(_ name: String) -> Parameter? {
        network.parameters.first { $0.name == "\(layer).\(current)_\(name)" }
      }
      guard let weight = parameter("weight"), weight.shape.count == 2, let bias = parameter("bias") else {
        return nil
      }
      return DenseWeights(
        inputs: weight.shape[1], weight: Array(weight.values.values), bias: Array(bias.values.values))
    }
    guard let drive = find("drive"), let delay = find("delay") else { return nil }
    return (drive, delay)
  }

  /// Runs the network on one sample; records the spikes of all layers, and alpha of `alphaLayer` and the last layer.
  func run(_ sample: InputSample, alphaLayer: Int? = nil) throws -> Run {
    let layers = 0..<layerCount
    let recording = try sample.values.withUnsafeBufferPointer { values in
      try network.simulate(
        values: values, batch: 1, steps: sample.steps, recordSpikes: layers.map { _ in true },
        recordAlpha: layers.map { $0 == alphaLayer || $0 == layerCount - 1 })
    }
    return Run(
      steps: recording.steps, spikes: recording.spikes,
      alpha: recording.alpha)
  }
}

/// How a class is read off the output layer, as the engine names it.
typealias Readout = QLIFCore.Readout

extension Readout: ExpressibleByArgument {
  /// In words, for a title.
  func reason(_ model: Model) -> String {
    if self == .spikeCount { return "most output spikes" }
    // Only a qubit's membrane is a population.
    return model.rotation(ofLayer: model.layerCount - 1) == nil
      ? "largest summed membrane" : "largest summed α"
  }
}

extension Model.Run {
  /// The class that the output layer shows: by spikes, among equals by the larger summed alpha, or by
  /// summed alpha alone.
  func prediction(_ readout: Readout) -> Int? {
    guard let spikes = spikes.last, let alpha = alpha.last, steps > 0, !spikes.isEmpty,
      alpha.count == spikes.count
    else { return nil }
    let outputs = spikes.count / steps
    var best: (output: Int, count: Int, alpha: Float)?
    for output in 0..<outputs {
      var count = 0
      // In single precision, as the engine sums it, so that ties fall as they do there.
      var sum: Float = 0
      for step in 0..<steps {
        if readout == .spikeCount, spikes[step * outputs + output] > 0.5 { count += 1 }
        sum += alpha[step * outputs + output]
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
