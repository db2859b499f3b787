import Glibc

/// A path as the file system has it: bytes, of which nobody says that they are text.
public struct FilePath: Sendable, Equatable, CustomStringConvertible {
  /// For C: the path with a NUL behind it.
  public let bytes: [CChar]

  public init(cString pointer: UnsafePointer<CChar>) {
    self.init(characters: UnsafeBufferPointer(start: pointer, count: strlen(pointer)))
  }

  public init(_ text: String) { self.init(characters: text.utf8.map { CChar(bitPattern: $0) }) }

  public init(characters: some Sequence<CChar>) { bytes = characters + [0] }

  /// In words: U+FFFD stands for what is not UTF-8.
  public var description: String {
    String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// In words, without the folders.
  public var name: String {
    description.split(separator: "/").last.map(String.init) ?? description
  }

  public var isEmpty: Bool { bytes.count == 1 }

  /// Whether there is anything by that name.
  public var exists: Bool { access(bytes, F_OK) == 0 }

  /// A file in this folder.
  public func appending(_ name: String) -> FilePath {
    FilePath(characters: bytes.dropLast() + "/\(name)".utf8.map { CChar(bitPattern: $0) })
  }

  /// The folder that the file is in.
  var folder: FilePath { lead.isEmpty ? FilePath(".") : FilePath(characters: lead) }

  /// What stands before the name: folders with the slash that ends them, or nothing.
  private var lead: ArraySlice<CChar> {
    let end = bytes.lastIndex(of: CChar(UInt8(ascii: "/"))).map { $0 + 1 } ?? 0
    return bytes[..<end]
  }

  /// A file beside this one.
  func beside(_ name: String) -> FilePath {
    FilePath(characters: lead + name.utf8.map { CChar(bitPattern: $0) })
  }

  /// What this path names in the end: where it is a link, the place to which that leads, which need not be there.
  func followed() -> FilePath {
    var place = self
    // As many links as Linux follows.
    for _ in 0..<40 {
      var target = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = readlink(place.bytes, &target, target.count)
      guard count > 0 else { return place }
      let isAbsolute = target[0] == CChar(UInt8(ascii: "/"))
      place = FilePath(characters: (isAbsolute ? [] : place.lead) + target[..<count])
    }
    return place
  }
}
