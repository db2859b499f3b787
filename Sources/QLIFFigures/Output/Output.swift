import Glibc

/// Where a finished picture goes.
public enum Output {
  /// Writes the bytes to the file at `path`, all of them or none: into a new file in the same folder, which
  /// takes the old one's place when it is complete and on the disk.
  ///
  /// A link is followed. Something that is not a plain file, such as a pipe or `/dev/null`, cannot be
  /// replaced and is written to.
  public static func write(_ bytes: [UInt8], to path: String) throws(FigureError) {
    func failure(_ code: Int32) -> FigureError { .file(path: path, reason: String(cString: strerror(code))) }
    guard !path.isEmpty, !path.utf8.contains(0) else { throw .file(path: path, reason: "not a path") }

    var status = stat()
    let exists = stat(path, &status) == 0
    if !exists, errno != ENOENT { throw failure(errno) }
    var target = path
    if exists {
      switch status.st_mode & S_IFMT {
      case S_IFDIR: throw failure(EISDIR)
      case S_IFREG:
        // Renaming would not ask whether the file may be written.
        guard access(path, W_OK) == 0 else { throw failure(errno) }
        if let resolved = realpath(path, nil) {
          target = String(cString: resolved)
          free(resolved)
        }
      default:
        let descriptor = open(path, O_WRONLY)
        guard descriptor >= 0 else { throw failure(errno) }
        let code = writeAll(bytes, to: descriptor)
        close(descriptor)
        if code != 0 { throw failure(code) }
        return
      }
    }
    let code = replace(target, with: bytes)
    if code != 0 { throw failure(code) }
  }

  /// Writes the bytes to an open file, such as standard output.
  public static func write(_ bytes: [UInt8], descriptor: Int32, name: String) throws(FigureError) {
    let code = writeAll(bytes, to: descriptor)
    if code != 0 { throw .file(path: name, reason: String(cString: strerror(code))) }
  }

  /// Returns 0 or the error number; on an error nothing new is left behind.
  private static func replace(_ target: String, with bytes: [UInt8]) -> Int32 {
    let slash = target.lastIndex(of: "/")
    let folder = slash.map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
    var number = SystemRandomNumberGenerator()
    let suffix = String(number.next() as UInt64, radix: 36)
    let temporary = (folder == "/" ? "" : folder) + "/.qlif-\(suffix).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return errno }
    var code = writeAll(bytes, to: descriptor)
    if code == 0, fsync(descriptor) != 0 { code = errno }
    if close(descriptor) != 0, code == 0 { code = errno }
    if code == 0, rename(temporary, target) != 0 { code = errno }
    if code != 0 {
      unlink(temporary)
      return code
    }
    // The name is in place; that it survives a power cut is a courtesy not every file system grants.
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      _ = fsync(directory)
      close(directory)
    }
    return 0
  }

  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset < buffer.count {
        let count = Glibc.write(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
        if count < 0 {
          if errno == EINTR { continue }
          return errno
        }
        offset += count
      }
      return 0
    }
  }
}
