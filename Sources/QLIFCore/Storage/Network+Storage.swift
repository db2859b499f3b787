import FoundationEssentials
import QLIFFiles

extension Network {
  static let formatKey = "qlif.format"
  static let format = "1"
  static let networkKey = "qlif.network"
  /// Marks the file of a trainer whose network takes inputs that a classifier of the Python package has scaled:
  /// alone, that network would predict otherwise than the classifier.
  static let checkpointKey = "estimator_checkpoint"
  /// Keys that begin so are the engine's own.
  package static let reservedPrefix = "qlif."

  /// The network in words, as JSON.
  package func descriptionJSON() throws(QLIFError) -> String { try json(description) }

  func file() throws(QLIFError) -> Safetensors {
    var file = Safetensors()
    file.metadata = metadata
    file.metadata[Self.formatKey] = Self.format
    file.metadata[Self.networkKey] = try descriptionJSON()
    file.tensors = parameters.map { Safetensors.Tensor(name: $0.name, shape: $0.shape, values: $0.values) }
    return file
  }

  /// - Parameter extra: tensors and metadata beside the network's own that the caller knows what to do with.
  convenience init(_ file: Safetensors, allowing extra: (String) -> Bool = { _ in false }) throws(QLIFError) {
    guard file.metadata[Self.formatKey] == Self.format, let text = file.metadata[Self.networkKey] else {
      throw .format("model: not a qlif model of format \(Self.format)")
    }
    var tensors: [String: Safetensors.Tensor] = [:]
    var bytes = 0
    for tensor in file.tensors {
      tensors[tensor.name] = tensor
      bytes += extra(tensor.name) ? 0 : tensor.bytes.count
    }
    let description: NetworkDescription = try decoded(text, "the network's description")
    // A file cannot make a larger network than it fills.
    do {
      try self.init(description, limit: bytes / MemoryLayout<Float>.size)
    } catch {
      throw .format("model: \(error.message)")
    }
    for parameter in parameters {
      guard let tensor = tensors.removeValue(forKey: parameter.name), tensor.shape == parameter.shape else {
        throw .format("model: tensor \(parameter.name) of shape \(shapeText(parameter.shape)) is missing")
      }
      tensor.copy(to: parameter.values)
    }
    if let unknown = tensors.keys.first(where: { !extra($0) }) {
      throw .format("model: tensor \(unknown) belongs to no parameter")
    }
    metadata = file.metadata.filter { !$0.key.hasPrefix(Self.reservedPrefix) }
  }

  package func serialized() throws(QLIFError) -> Safetensors.Encoding { try file().encoded() }

  package convenience init(serialized bytes: UnsafeRawBufferPointer) throws(QLIFError) {
    let file = try Safetensors(bytes)
    guard file.metadata[Self.checkpointKey] == nil else {
      throw .format(
        "model: it is the checkpoint of a classifier's training; in Python, qlif.load gives the classifier and "
          + "fit(..., checkpoint=...) goes on with the training")
    }
    try self.init(file, allowing: Trainer.ownsTensor)
  }

  /// Writes one `.safetensors` file, atomically.
  package func save(to path: FilePath) throws(QLIFError) {
    try ModelFile.write(serialized().buffer(), to: path)
  }

  /// Reads a file of `save` or of `Trainer.save`.
  package static func load(path: FilePath) throws(QLIFError) -> Network {
    let bytes = try ModelFile.read(path)
    do { return try deserialized(bytes) } catch { throw error.named(path) }
  }

  package static func deserialized(_ bytes: [UInt8]) throws(QLIFError) -> Network {
    try bytes.withUnsafeBufferPointer { bytes throws(QLIFError) in
      try Network(serialized: UnsafeRawBufferPointer(bytes))
    }
  }
}

func json(_ value: some Encodable) throws(QLIFError) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  guard let data = try? encoder.encode(value) else {
    throw .format("description: it cannot be written as JSON")
  }
  return String(decoding: data, as: UTF8.self)
}

func decoded<Value: Decodable>(_ text: String, _ what: String) throws(QLIFError) -> Value {
  do {
    return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
  } catch let error as QLIFError {
    throw error
  } catch {
    throw .format("model: \(what) is not understood")
  }
}
