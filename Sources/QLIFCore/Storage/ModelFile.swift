import QLIFFiles

/// Files of networks and trainers, with the engine's errors.
enum ModelFile {
  private static let mostBytes = 1 << 36

  static func write(_ bytes: Buffer<UInt8>, to path: FilePath) throws(QLIFError) {
    do { try AtomicFile.write(UnsafeRawBufferPointer(bytes.values), to: path) } catch {
      throw QLIFError(error)
    }
  }

  static func read(_ path: FilePath) throws(QLIFError) -> [UInt8] {
    do { return try PlainFile.read(path, limit: mostBytes) } catch { throw QLIFError(error) }
  }
}

extension QLIFError {
  fileprivate init(_ error: FileError) {
    let kind: Kind =
      switch error.kind {
      case .refused: .io
      case .tooLarge: .format
      case .outOfMemory: .outOfMemory
      }
    self.init(kind, error.description)
  }

  /// The same with the file in front.
  func named(_ path: FilePath) -> QLIFError { QLIFError(kind, "\(path): \(message)") }
}
