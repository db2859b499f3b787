import QLIFFiles

/// Why a file of data cannot be used. Every description is one line.
public enum DataError: Error, Equatable, CustomStringConvertible {
  /// The file system refused: the path as given, and why.
  case unreadable(path: String, reason: String)
  /// The file is not what it should be.
  case malformed(path: String, reason: String)
  /// The file is in order, but what was asked of it is not there.
  case unsuitable(String)

  init(_ error: FileError) { self = .unreadable(path: error.path, reason: error.reason) }

  /// One line for a person.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
    case .malformed(let path, let reason): "\(path): \(reason)"
    case .unsuitable(let reason): reason
    }
  }
}
