import Glibc

/// Files on the disk, for reading. Whatever else a path may name is refused: a pipe would be waited for, a
/// device may have no end.
public enum PlainFile {
  /// An open file, which the caller closes, and its size.
  public static func open(_ path: FilePath) throws(FileError) -> (descriptor: Int32, size: Int) {
    try path.check("read")
    let descriptor = Glibc.open(path.bytes, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw FileError("read", path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError("read", path, "it is no plain file")
    }
    return (descriptor, Int(status.st_size))
  }

  /// All bytes of a file that has no more than `limit` of them.
  public static func read(_ path: FilePath, limit: Int) throws(FileError) -> [UInt8] {
    let (file, size) = try open(path)
    defer { close(file) }
    guard size <= limit else {
      throw FileError(.tooLarge, "read", path, "\(size) bytes, expected \(limit) at most")
    }
    // An array that does not fit would end the process.
    guard let probe = malloc(max(size, 1)), size <= physicalMemory else {
      throw FileError(.outOfMemory, "read", path, "\(size) bytes are more than this machine's memory holds")
    }
    free(probe)
    var code: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = Glibc.read(file, buffer.baseAddress.map { $0 + count }, size - count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { code = errno }
        if got <= 0 { break }
        count += got
      }
    }
    guard code == 0 else { throw FileError("read", path, code) }
    return bytes
  }

  private static let physicalMemory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
}
