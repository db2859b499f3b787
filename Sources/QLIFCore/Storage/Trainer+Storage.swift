import QLIFFiles

extension Trainer {
  private static let trainerKey = "qlif.trainer"
  private static let meanPrefix = "adam.mean."
  private static let squarePrefix = "adam.square."

  static func ownsTensor(_ name: String) -> Bool {
    name.hasPrefix(meanPrefix) || name.hasPrefix(squarePrefix)
  }

  /// What training needs beside the network to go on to the same bits.
  private struct State: Codable {
    var configuration: JSONValue
    var step: Int
    /// Names of the parameters that have had an effect.
    var active: [String]
    var noise: NetworkNoise?
    var noiseSeed: UInt64

    private enum CodingKeys: String, CodingKey {
      case configuration, step, active, noise
      case noiseSeed = "noise_seed"
    }
  }

  private func names() -> [String] { network.parameters.map(\.name) }

  /// Writes network and optimizer to one `.safetensors` file, atomically.
  package func save(to path: FilePath) throws(QLIFError) {
    try ModelFile.write(serialized().buffer(), to: path)
  }

  package func serialized() throws(QLIFError) -> Safetensors.Encoding {
    var file = try network.file()
    let parameters = network.parameters
    file.metadata[Self.trainerKey] = try json(
      State(
        configuration: configuration.description, step: stepCount,
        active: zip(parameters, moments).filter { $1.isActive }.map { $0.0.name },
        noise: noise, noiseSeed: noiseSeed))
    for (parameter, moments) in zip(parameters, moments) {
      for (prefix, values) in [(Self.meanPrefix, moments.mean), (Self.squarePrefix, moments.square)] {
        file.tensors.append(
          Safetensors.Tensor(name: prefix + parameter.name, shape: parameter.shape, values: values))
      }
    }
    return try file.encoded()
  }

  /// Reads a file of `save`: training goes on where it stopped.
  package static func load(path: FilePath) throws(QLIFError) -> Trainer {
    let bytes = try ModelFile.read(path)
    do { return try deserialized(bytes) } catch { throw error.named(path) }
  }

  package static func deserialized(_ bytes: [UInt8]) throws(QLIFError) -> Trainer {
    try bytes.withUnsafeBufferPointer { bytes throws(QLIFError) in
      try Trainer(serialized: UnsafeRawBufferPointer(bytes))
    }
  }

  package convenience init(serialized bytes: UnsafeRawBufferPointer) throws(QLIFError) {
    try self.init(Safetensors(bytes))
  }

  private convenience init(_ file: Safetensors) throws(QLIFError) {
    guard let text = file.metadata[Self.trainerKey] else {
      throw .format("model: it holds a network but no training state")
    }
    let state: State = try decoded(text, "the training state")
    guard (0...Self.mostSteps).contains(state.step) else {
      throw .format("model: \(state.step) training steps, expected 0 to \(Self.mostSteps)")
    }
    let network = try Network(file, allowing: Trainer.ownsTensor)
    do {
      var reader = try DescriptionReader(state.configuration, at: "configuration")
      try self.init(network, TrainerConfiguration(&reader))
    } catch {
      throw .format("model: \(error.message)")
    }
    stepCount = state.step
    do { try setNoise(state.noise, seed: state.noiseSeed) } catch {
      throw .format("model: \(error.message)")
    }
    let active = Set(state.active)
    let tensors = Dictionary(file.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for (index, parameter) in network.parameters.enumerated() {
      moments[index].isActive = active.contains(parameter.name)
      for (prefix, values) in [
        (Self.meanPrefix, moments[index].mean), (Self.squarePrefix, moments[index].square),
      ] {
        guard let tensor = tensors[prefix + parameter.name], tensor.shape == parameter.shape else {
          throw .format("model: tensor \(prefix + parameter.name) is missing")
        }
        tensor.copy(to: values)
      }
    }
  }
}
