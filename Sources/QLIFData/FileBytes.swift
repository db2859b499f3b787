import CZlib
import Glibc
import QLIFFiles

/// Reads whole files, plain or compressed with gzip, up to a limit.
public enum FileBytes {
  /// More than this no reader here takes: 1 GiB.
  public static let limit = 1 << 30

  /// The file's bytes, decompressed if it starts as a gzip file does.
  ///
  /// Memory grows with what is really there, never with what a header promises. Throws where the file
  /// cannot be read, is not a plain file, holds more than `limit` bytes or is a damaged gzip file.
  ///
  /// - Parameter promised: how many bytes a header makes of the whole; no more than one beyond them are read.
  public static func read(
    _ path: FilePath, limit: Int = FileBytes.limit,
    promised: ((_ start: [UInt8]) throws(DataError) -> Int)? = nil
  ) throws(DataError) -> [UInt8] {
    let descriptor: Int32
    do { descriptor = try PlainFile.open(path).descriptor } catch { throw DataError(error) }
    guard let file = gzdopen(descriptor, "rb") else {
      close(descriptor)
      throw .unreadable(path: path.description, reason: String(cString: strerror(ENOMEM)))
    }
    var isOpen = true
    defer { if isOpen { gzclose(file) } }
    let path = path.description
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var most = limit
    while true {
      let count = Int(gzread(file, &chunk, UInt32(chunk.count)))
      if count > 0 {
        guard bytes.count + count <= limit else {
          throw .malformed(path: path, reason: "it holds more than \(limit) bytes")
        }
        let isStart = bytes.isEmpty
        bytes.append(contentsOf: chunk[..<count])
        if isStart, let promised { most = try promised(bytes) }
        if bytes.count > most { return bytes }
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
      isOpen = false
      if isDamaged { throw .malformed(path: path, reason: reason) }
      return bytes
    }
  }

  /// zlib puts "<fd:7>: " before its message.
  private static func lastPart(_ text: String) -> String {
    text.split(separator: ":").last.map { String($0.drop { $0 == " " }) } ?? text
  }
}
