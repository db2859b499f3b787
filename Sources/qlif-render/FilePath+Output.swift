import Glibc
import QLIFFiles

extension FilePath {
  /// As `--output` has it.
  var isStandardOutput: Bool { self == FilePath("-") }

  /// Puts a result into the file, or sends it to standard output.
  func write(_ bytes: [UInt8]) throws {
    guard isStandardOutput else { return try AtomicFile.write(bytes, to: self) }
    let code = bytes.withUnsafeBytes { OpenFile.write($0, to: STDOUT_FILENO) }
    guard code == 0 else {
      throw RenderError("cannot write standard output: \(String(cString: strerror(code)))")
    }
  }
}
