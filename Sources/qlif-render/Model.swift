import ArgumentParser
import FoundationEssentials
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

  let name: String
  let sha256: String
  private let network: Network
  /// How the model's classes are read off: as its file says, else as the engine does.
  let readout: Readout
  /// The classes' names in the order of the outputs, nil where the file has none.
  private let classNames: [String]?

  /// Loads the network of a `.safetensors` file.
  init(path: FilePath) throws {
    network = try Network.load(path: path)
    let named = network.metadata["readout"]
    guard let readout = named.map(Readout.init(rawValue:)) ?? TrainerConfiguration().readout else {
      let known = Readout.allValueStrings.joined(separator: " or ")
      throw RenderError("\(path): its metadata has the readout '\(named ?? "")', expected \(known)")
    }
    self.readout = readout
    classNames = try network.metadata["classes"].map { text in
      guard let names = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) else {
        throw RenderError("\(path): the classes in its metadata are no JSON array of names")
      }
      return names
    }
    let outputs = network.layers.last?.shape.units ?? 0
    if let classes = classNames?.count, classes != outputs {
      throw RenderError("\(path): its metadata names \(classes) classes, its network has \(outputs) outputs")
    }
    sha256 = try SHA256.hexadecimal(ofFile: path)
    name = path.name
  }

  var inputShape: [Int] { network.inputShape }
  var layerCount: Int { network.layers.count }

  /// Throws unless the network has such a layer.
  func check(layer: Int) throws {
    guard (0..<layerCount).contains(layer) else {
      throw RenderError("layer \(layer) is outside 0 ... \(layerCount - 1), the network's layers")
    }
  }

  func shape(ofLayer layer: Int) -> [Int] { network.layers[layer].shape.sizes }

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

  /// What the outputs stand for, to somebody who sees an input of a data set with these words for its classes.
  func classes(dataset words: [String] = []) -> OutputClasses {
    OutputClasses(model: classNames, outputs: neurons(inLayer: layerCount - 1), dataset: words)
  }

  /// ", class bee" for a neuron of the output layer, empty for another one.
  func ofClass(neuron: Int, layer: Int, _ classes: OutputClasses) -> String {
    layer == layerCount - 1 && hasClasses ? ", class \(classes.short(neuron))" : ""
  }

  /// Whether the network has an output for each class, as `predict` needs it.
  var hasClasses: Bool { (try? network.outputs()) != nil }

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

  /// Runs the network on one input; records the spikes of all layers, and the membranes of `membraneLayer`.
  func run(_ choice: InputOptions.Choice, membraneLayer: Int? = nil) throws -> Recording {
    try choice.sample.values.withUnsafeBufferPointer { values in
      try network.simulate(
        values: values, batch: 1, steps: choice.sample.steps, spikes: Set(0..<layerCount),
        membranes: Set(membraneLayer.map { [$0] } ?? []), noise: noise(of: choice))
    }
  }

  /// What QLIF neurons of a layer receive at each step of a run without noise, `[steps][neurons]`.
  func currents(
    ofLayer layer: Int, neurons: [Int], for choice: InputOptions.Choice
  ) throws -> (neuron: QLIF, drive: [[Double]], delay: [[Double]]) {
    let all = try choice.sample.values.withUnsafeBufferPointer { values in
      try network.currents(ofLayer: layer, for: values, steps: choice.sample.steps)
    }
    func chosen(_ rows: [[Double]]) -> [[Double]] { rows.map { row in neurons.map { row[$0] } } }
    return (try network.qlif(ofLayer: layer), chosen(all.drive), chosen(all.delay))
  }

  /// What all QLIF neurons of a layer remember and receive at a step of a run without noise.
  func layerStep(_ step: Int, ofLayer layer: Int, for choice: InputOptions.Choice) throws -> LayerStep {
    try choice.sample.values.withUnsafeBufferPointer { values in
      try network.layerStep(step, ofLayer: layer, for: values, steps: choice.sample.steps)
    }
  }

  /// The output that the engine's `predict` chooses; nil where the network has none for classes.
  func prediction(for choice: InputOptions.Choice, _ readout: Readout) throws -> Int? {
    guard hasClasses else { return nil }
    let (values, steps) = (choice.sample.values, choice.sample.steps)
    var label: Int64 = 0
    try values.withUnsafeBufferPointer { values in
      let input = try Input(values.baseAddress, count: values.count, batch: 1, steps: steps, for: network)
      try network.predict(input, readout: readout, labels: &label, scores: nil, noise: noise(of: choice))
    }
    return Int(label)
  }

  /// Neurons that fire by chance draw other numbers for each sample of a batch.
  private func noise(of choice: InputOptions.Choice) -> NoiseRun { NoiseRun(firstSample: choice.index) }
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
