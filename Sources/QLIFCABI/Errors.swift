import CQLIF
import Glibc
import QLIFCore
import QLIFFiles

/// Runs the body of a call: its error becomes a status, and its text this thread's last error message.
func reportingErrors(_ body: () throws(QLIFError) -> Void) -> qlif_status {
  do {
    try body()
    return qlif_status(QLIF_OK)
  } catch {
    LastError.text = oneLine(error.message)
    return error.kind.rawValue
  }
}

/// A path or a key of the caller's may hold what breaks a line or a terminal, and be longer than anybody reads.
private func oneLine(_ text: String) -> String {
  let scalars = text.unicodeScalars
  let (first, last) = (1000, 500)
  if scalars.count > 2 * first {
    return "\(oneLine(String(scalars.prefix(first)))) ... \(oneLine(String(scalars.suffix(last))))"
  }
  return scalars.reduce(into: "") { line, scalar in
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: line += scalar.escaped(asASCII: true)
    default: line.unicodeScalars.append(scalar)
    }
  }
}

/// The pointer, or an error that names the argument.
func require<Pointer>(_ pointer: Pointer?, _ name: StaticString) throws(QLIFError) -> Pointer {
  guard let pointer else { throw .invalid("\(name): NULL") }
  return pointer
}

func require(text pointer: UnsafePointer<CChar>?, _ name: StaticString) throws(QLIFError) -> String {
  guard let text = String(validatingCString: try require(bounded: pointer, name)) else {
    throw .invalid("\(name): it is not UTF-8")
  }
  return text
}

/// The pointer to a text that is not too long: a string that memory does not hold would end the process.
private func require(
  bounded pointer: UnsafePointer<CChar>?, _ name: StaticString
) throws(QLIFError) -> UnsafePointer<CChar> {
  let pointer = try require(pointer, name)
  let length = strlen(pointer)
  guard length <= 16 << 20 else {
    throw .invalid("\(name): a text of \(length) bytes, expected \(16 << 20) at the most")
  }
  return pointer
}

/// A path as it is: the file system's names are bytes, not text.
func require(path pointer: UnsafePointer<CChar>?, _ name: StaticString) throws(QLIFError) -> FilePath {
  let pointer = try require(bounded: pointer, name)
  guard pointer.pointee != 0 else { throw .invalid("\(name): empty") }
  return FilePath(cString: pointer)
}

/// The message of each thread's last failed call.
enum LastError {
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) { free($0) }
    return key
  }()

  static var pointer: UnsafePointer<CChar>? {
    pthread_getspecific(key).map { UnsafePointer($0.assumingMemoryBound(to: CChar.self)) }
  }

  static var text: String {
    get { pointer.map { String(cString: $0) } ?? "" }
    set {
      free(pthread_getspecific(key))
      pthread_setspecific(key, strdup(newValue))
    }
  }
}

/// A constant string that lives for ever.
func constant(_ text: StaticString) -> UnsafePointer<CChar> {
  UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}
