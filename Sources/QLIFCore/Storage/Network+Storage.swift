import FoundationEssentials
import QLIFFiles

extension Network {
  static let formatKey = "qlif.format"
  static let format = "2"
  static let networkKey = "qlif.network"
  /// Marks the file of a trainer whose network takes inputs that a classifier of the Python package has scaled:
  /// alone, that network would predict otherwise than the classifier.
  static let checkpointKey = "estimator_checkpoint"
  /// Keys that begin so are the engine's own.
  package static let reservedPrefix = "qlif."

  func file() throws(QLIFError) -> Safetensors {
    var file = Safetensors()
    file.metadata = metadata
    file.metadata[Self.formatKey] = Self.format
    file.metadata[Self.networkKey] = description.text
    file.tensors = parameters.map {
      Safetensors.Tensor(name: $0.name, shape: $0.shape, values: $0.values)
    }
    return file
  }

  /// - Parameter extra: tensors and metadata beside the network's own that the caller knows what to do with.
  convenience init(_ file: Safetensors, allowing extra: (String) -> Bool = { _ in false }) throws(QLIFError) {
    guard file.metadata[Self.formatKey] == Self.format, let text = file.metadata[Self.networkKey] else {
      throw .format("model: not a qlif model of format \(Self.format)")
    }
    let own = file.tensors.filter { !extra($0.name) }
    do {
      try self.init(
        JSONValue(parsing: text, "its description"),
        tensors: Dictionary(own.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }))
    } catch {
      throw error.kind == .outOfMemory ? error : .format("model: \(error.message)")
    }
    let names = Set(parameters.map(\.name))
    if let unknown = own.first(where: { !names.contains($0.name) }) {
      throw .format("model: tensor \(unknown.name) belongs to no parameter")
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

func decoded<Value: Decodable>(_ text: String, _ what: String) throws(QLIFError) -> Value {
  do {
    return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
  } catch let error as QLIFError {
    throw error
  } catch {
    throw .format("model: \(what) is not understood")
  }
}
