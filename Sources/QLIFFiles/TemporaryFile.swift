import Glibc

/// A file that is to take another one's place, removed with the object where it does not.
///
/// It is locked as long as it is written, so that those of the dead can be told from those of the living.
final class TemporaryFile {
  let descriptor: Int32
  private let name: FilePath
  private var hasName: Bool

  private static let prefix = ".qlif-"
  private static let suffix = ".tmp"

  /// Nil where it cannot be made; `errno` says why.
  init?(beside target: FilePath, isNamed: Bool, _ mode: mode_t) {
    hasName = isNamed
    while true {
      // Short whatever the target's name is, which may be as long as a name can be.
      let number = String(UInt64.random(in: 0 ... .max), radix: 36)
      let name = target.beside(Self.prefix + number + Self.suffix)
      let file =
        isNamed
        ? open(name.bytes, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        : open(target.folder.bytes, O_WRONLY | Self.withoutName | O_CLOEXEC, mode)
      guard file >= 0 else {
        if isNamed, errno == EEXIST { continue }
        return nil
      }
      while flock(file, LOCK_EX) != 0, errno == EINTR {}
      var status = stat()
      if isNamed, fstat(file, &status) == 0, status.st_nlink == 0 {
        // Taken for one of the dead before it was locked.
        close(file)
        continue
      }
      (descriptor, self.name) = (file, name)
      return
    }
  }

  deinit {
    if hasName { unlink(name.bytes) }
    close(descriptor)
  }

  /// Takes the mode and the owner of the file that is replaced; returns 0 or the error number.
  ///
  /// An owner that this user cannot give it to is not kept; then the mode gives others no more than they had.
  func take(after old: stat) -> Int32 {
    var mode = old.st_mode & 0o7777
    if fchown(descriptor, old.st_uid, old.st_gid) != 0 {
      mode &= 0o777
      if fchown(descriptor, uid_t.max, old.st_gid) != 0 { mode &= 0o707 }
    }
    return fchmod(descriptor, mode) == 0 ? 0 : errno
  }

  /// Gives a file without a name one, as only a name can take another one's place.
  func makeName() -> Bool {
    if hasName { return true }
    hasName =
      linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, name.bytes, AT_SYMLINK_FOLLOW) == 0
    return hasName
  }

  func rename(to target: FilePath) -> Bool {
    guard Glibc.rename(name.bytes, target.bytes) == 0 else { return false }
    hasName = false
    return true
  }

  /// Removes what saves that were killed have left in the target's folder.
  static func removeDead(beside target: FilePath) {
    guard let folder = opendir(target.folder.bytes) else { return }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { continue }
      let file = openat(dirfd(folder), name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      guard file >= 0 else { continue }
      if flock(file, LOCK_EX | LOCK_NB) == 0 { unlinkat(dirfd(folder), name, 0) }
      close(file)
    }
  }

  /// O_TMPFILE, a macro that Swift does not see.
  private static let withoutName = 0o20_000_000 | O_DIRECTORY
}
