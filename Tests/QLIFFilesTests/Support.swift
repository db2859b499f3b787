import Glibc
import QLIFFiles

/// A new folder that is removed with all it holds when the object goes.
final class TemporaryFolder {
  let path: String

  init() {
    var template = Array("/tmp/qlif-files-XXXXXX".utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? ""
  }

  deinit {
    for name in names { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  func file(_ name: String) -> FilePath { FilePath("\(path)/\(name)") }

  /// Of the files in it.
  var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}

extension FilePath {
  /// What the file system says of the name itself.
  var status: stat {
    var status = stat()
    lstat(bytes, &status)
    return status
  }

  /// The bytes of a plain file.
  var content: [UInt8]? { try? PlainFile.read(self, limit: 1 << 20) }
}
