import CZlib
import Glibc
import QLIFFiles

/// A `.npy` file as NumPy writes it.
func npy(_ descr: String, _ shape: [Int], fortran: Bool = false, _ data: [UInt8]) -> [UInt8] {
  let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
  return npy(
    header: "{'descr': '\(descr)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': (\(sizes)), }",
    data)
}

/// The same with any header.
func npy(header: String, version: UInt8 = 1, _ data: [UInt8]) -> [UInt8] {
  var text = Array(header.utf8)
  while (10 + text.count + 1) % 64 != 0 { text.append(0x20) }
  text.append(0x0A)
  let length = [UInt8(text.count & 255), UInt8(text.count >> 8)] + (version == 1 ? [] : [0, 0])
  return [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, version, 0] + length + text + data
}

/// The bytes of fixed-width numbers, the least significant byte first.
func littleEndian<T>(_ values: [T]) -> [UInt8] {
  values.flatMap { value in withUnsafeBytes(of: value) { Array($0) } }
}

/// An IDX file of bytes.
func idx(_ sizes: [UInt32], _ data: [UInt8]) -> [UInt8] {
  [0, 0, 8, UInt8(sizes.count)] + sizes.flatMap { size in withUnsafeBytes(of: size.bigEndian) { Array($0) } }
    + data
}

/// A generator that gives the same numbers every time (splitmix64).
struct Numbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A new folder that is removed with all it holds when the object goes.
final class TemporaryFolder {
  let path: String
  var place: FilePath { FilePath(path) }
  private var files: [String] = []
  private var folders: [String] = []

  init() {
    var template = Array("/tmp/qlif-data-XXXXXX".utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? ""
  }

  deinit {
    for file in files { unlink(file) }
    for folder in folders.reversed() { rmdir(folder) }
    rmdir(path)
  }

  /// Makes a file, compressed with gzip where asked for, and gives its path.
  @discardableResult func write(_ bytes: [UInt8], _ name: String, compressed: Bool = false) -> FilePath {
    var folder = path
    for part in name.split(separator: "/").dropLast() {
      folder += "/" + part
      if mkdir(folder, 0o700) == 0 { folders.append(folder) }
    }
    let target = path + "/" + name
    if let file = gzopen(target, compressed ? "wb" : "wbT") {
      if !bytes.isEmpty { gzwrite(file, bytes, UInt32(bytes.count)) }
      gzclose(file)
    }
    files.append(target)
    return FilePath(target)
  }
}
