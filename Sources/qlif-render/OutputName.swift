import ArgumentParser

/// The name of the file that a command writes.
enum OutputName {
  /// Throws where the name is empty, or where its suffix promises something else than the format.
  ///
  /// A name without a suffix promises nothing; "-" is standard output.
  static func check(_ path: String, isA format: String, suffixes: [String]) throws {
    guard !path.isEmpty else { throw ValidationError("--output is empty") }
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return }
    let suffix = name[dot...].lowercased()
    guard suffixes.contains(suffix) else {
      throw ValidationError(
        "--output \(path) ends in \(name[dot...]), but what is written is \(format): expected "
          + suffixes.joined(separator: " or "))
    }
  }
}
