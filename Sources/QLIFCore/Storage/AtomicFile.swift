import Glibc

/// Files that are there whole or not at all.
enum AtomicFile {
  /// Writes to a temporary file beside `path`, then puts it in its place.
  static func write(_ bytes: Buffer<UInt8>, to path: String) throws(QLIFError) {
    func failure(_ what: String) -> QLIFError {
      .io("\(path): cannot \(what): \(String(cString: strerror(errno)))")
    }
    guard !path.isEmpty, !path.utf8.contains(0) else { throw .invalid("path: empty") }
    let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw failure("write") }
    var isDone = false
    defer { if !isDone { unlink(temporary) } }
    var written = 0
    while written < bytes.count {
      let count = Glibc.write(file, bytes.base + written, bytes.count - written)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let error = failure("write")
        close(file)
        throw error
      }
      written += count
    }
    let isSynced = fsync(file) == 0
    guard close(file) == 0, isSynced else { throw failure("write") }
    guard rename(temporary, path) == 0 else { throw failure("put the file in its place") }
    isDone = true
  }

  static func read(_ path: String) throws(QLIFError) -> [UInt8] {
    func failure() -> QLIFError { .io("\(path): cannot read: \(String(cString: strerror(errno)))") }
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure() }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw failure() }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .io("\(path): not a file") }
    guard status.st_size < Self.mostBytes else {
      throw .format("\(path): \(status.st_size) bytes is no model")
    }
    let size = Int(status.st_size)
    var error: QLIFError?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = Glibc.read(file, buffer.baseAddress.map { $0 + count }, size - count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { error = failure() }
        if got <= 0 { break }
        count += got
      }
    }
    if let error { throw error }
    return bytes
  }

  private static let mostBytes = 1 << 36
}
