import Glibc

/// Why a file cannot be read or written. The description is one line.
public struct FileError: Error, Equatable, CustomStringConvertible {
  public enum Kind: Sendable {
    /// The file system refuses, or there is something else than a file.
    case refused
    /// The file is larger than anything that the reader takes.
    case tooLarge
    /// The file is larger than the memory.
    case outOfMemory
  }

  public let kind: Kind
  /// Of the file, in words.
  public let path: String
  public let reason: String
  private let action: String

  public var description: String { "cannot \(action) \(path): \(reason)" }

  init(_ kind: Kind, _ action: String, _ path: FilePath, _ reason: String) {
    (self.kind, self.action, self.path, self.reason) = (kind, action, path.description, reason)
  }

  init(_ action: String, _ path: FilePath, _ reason: String) {
    self.init(.refused, action, path, reason)
  }

  /// With the system's word for an error number, by default the last call's.
  init(_ action: String, _ path: FilePath, _ code: Int32 = errno) {
    self.init(action, path, String(cString: strerror(code)))
  }
}

extension FilePath {
  /// Throws where a C string would end before the path does, or there is none.
  func check(_ action: String) throws(FileError) {
    guard !isEmpty else { throw FileError(action, self, "the path is empty") }
    guard !bytes.dropLast().contains(0) else { throw FileError(action, self, "the path holds a NUL") }
  }
}
