import CZlib
import Glibc

/// Reads whole files, plain or compressed with gzip, up to a limit.
public enum FileBytes {
  /// More than this no reader here takes: 1 GiB.
  public static let limit = 1 << 30

  /// The file's bytes, decompressed if it starts as a gzip file does.
  ///
  /// Memory grows with what is really there, never with what a header promises. Throws where the file
  /// cannot be read, is not a plain file, holds more than `limit` bytes or is a damaged gzip file.
  public static func read(_ path: String, limit: Int = FileBytes.limit) throws(DataError) -> [UInt8] {
    func failure(_ code: Int32) -> DataError {
      .unreadable(path: path, reason: String(cString: strerror(code)))
    }
    guard !path.utf8.contains(0) else { throw .unreadable(path: "the path", reason: "it holds a NUL") }
    // Non-blocking, so that a pipe without a writer is refused instead of waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .unreadable(path: path, reason: "not a plain file")
    }
    guard let file = gzdopen(descriptor, "rb") else {
      close(descriptor)
      throw failure(ENOMEM)
    }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = Int(gzread(file, &chunk, UInt32(chunk.count)))
      if count > 0 {
        guard bytes.count + count <= limit else {
          gzclose(file)
          throw .malformed(path: path, reason: "it holds more than \(limit) bytes")
        }
        bytes.append(contentsOf: chunk[..<count])
        continue
      }
      var code: Int32 = 0
      let text = gzerror(file, &code)
      // A file that ends too early reads as an end with an error set.
      let isDamaged = count < 0 || (code != Z_OK && code != Z_STREAM_END)
      let reason =
        code == Z_BUF_ERROR
        ? "the gzip file is cut off"
        : code == Z_ERRNO
          ? String(cString: strerror(errno))
          : "the gzip file is damaged (\(text.map { Self.lastPart(String(cString: $0)) } ?? "unknown"))"
      gzclose(file)
      if isDamaged { throw .malformed(path: path, reason: reason) }
      return bytes
    }
  }

  /// zlib puts "<fd:7>: " before its message.
  private static func lastPart(_ text: String) -> String {
    text.split(separator: ":").last.map { String($0.drop { $0 == " " }) } ?? text
  }
}
