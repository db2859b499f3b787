import CQLIF
import Glibc
import QLIFCore

/// Runs the body of a call: its error becomes a status, and its text this thread's last error message.
func door(_ body: () throws(QLIFError) -> Void) -> qlif_status {
  do {
    try body()
    return qlif_status(QLIF_OK)
  } catch {
    LastError.text = error.message
    return error.kind.rawValue
  }
}

/// The pointer, or an error that names the argument.
func need<Pointer>(_ pointer: Pointer?, _ name: StaticString) throws(QLIFError) -> Pointer {
  guard let pointer else { throw .invalid("\(name): NULL") }
  return pointer
}

func need(text pointer: UnsafePointer<CChar>?, _ name: StaticString) throws(QLIFError) -> String {
  let pointer = try need(pointer, name)
  let length = strlen(pointer)
  guard length <= longestText else {
    throw .invalid("\(name): a text of \(length) bytes, expected \(longestText) at the most")
  }
  guard let text = String(validatingCString: pointer) else {
    throw .invalid("\(name): it is not UTF-8")
  }
  return text
}

/// Bytes of a text from C; a string that memory does not hold would end the process.
private let longestText = 16 << 20

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
