import Glibc

/// Files that are there whole or not at all.
public enum AtomicFile {
  /// Puts the bytes into the file at `path`.
  ///
  /// A link is followed and stays. A file that is there is replaced at once and keeps its mode and its owner; one
  /// that nobody may write, or that this user may not, is refused. A new file obeys the umask. A pipe or a character
  /// device cannot be replaced and is written to; folders, sockets and block devices are refused.
  public static func write(_ bytes: UnsafeRawBufferPointer, to path: FilePath) throws(FileError) {
    try path.check("write")
    var old = stat()
    guard stat(path.bytes, &old) == 0 else {
      guard errno == ENOENT else { throw FileError("write", path) }
      return try replace(path.followed(), nil, bytes, path)
    }
    switch old.st_mode & S_IFMT {
    case S_IFIFO, S_IFCHR: return try writeThrough(bytes, path)
    case S_IFREG: break
    case S_IFDIR: throw FileError("write", path, EISDIR)
    case S_IFSOCK: throw FileError("write", path, "it is a socket")
    case S_IFBLK: throw FileError("write", path, "it is a block device")
    default: throw FileError("write", path, "it is no plain file")
    }
    // Renaming asks for neither. Root may write anything, but a file that nobody may write is meant to stay.
    guard old.st_mode & 0o222 != 0 else { throw FileError("write", path, "it is read-only") }
    guard faccessat(AT_FDCWD, path.bytes, W_OK, AT_EACCESS) == 0 else { throw FileError("write", path) }
    let target = path.followed()
    var found = stat()
    // A descriptor's entry in /proc may be a link to a file that has no name any more.
    guard lstat(target.bytes, &found) == 0, found.st_dev == old.st_dev, found.st_ino == old.st_ino else {
      return try writeThrough(bytes, path)
    }
    try replace(target, old, bytes, path)
  }

  public static func write(_ bytes: [UInt8], to path: FilePath) throws(FileError) {
    try bytes.withUnsafeBytes { bytes in
      Result { () throws(FileError) in try write(bytes, to: path) }
    }.get()
  }

  private static func writeThrough(_ bytes: UnsafeRawBufferPointer, _ path: FilePath) throws(FileError) {
    let file = open(path.bytes, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { throw FileError("write", path) }
    defer { close(file) }
    let code = OpenFile.write(bytes, to: file)
    guard code == 0 else { throw FileError("write", path, code) }
  }

  /// - Parameters:
  ///   - old: of the file that is there.
  ///   - path: as the caller named it, for messages.
  private static func replace(
    _ target: FilePath, _ old: stat?, _ bytes: UnsafeRawBufferPointer, _ path: FilePath
  ) throws(FileError) {
    TemporaryFile.removeDead(beside: target)
    // A file without a name goes with the process that is killed; not every file system has it.
    for isNamed in [false, true] {
      let mode: mode_t = old == nil ? 0o666 : 0o600
      guard let file = TemporaryFile(beside: target, isNamed: isNamed, mode) else {
        if isNamed { throw FileError("write", path) }
        continue
      }
      var code = OpenFile.write(bytes, to: file.descriptor)
      if code == 0, let old { code = file.take(after: old) }
      if code == 0, fsync(file.descriptor) != 0 { code = errno }
      guard code == 0 else { throw FileError("write", path, code) }
      guard file.makeName() else {
        if isNamed { throw FileError("write", path) }
        continue
      }
      guard file.rename(to: target) else { throw FileError("write", path) }
      return sync(target)
    }
  }

  /// Makes the new name last, where the file system grants it.
  private static func sync(_ target: FilePath) {
    let descriptor = open(target.folder.bytes, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
