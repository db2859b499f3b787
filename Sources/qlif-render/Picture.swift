import Glibc
import QLIFFigures
import QLIFFiles

/// Turns a figure into a PNG that says where it comes from, and hands it over.
enum Picture {
  static func write(_ figure: some Figure, model: Model, options: ModelOptions) throws {
    try write(figure, source: ("Model-SHA256", model.sha256), options: options.picture)
  }

  /// Writes the figure; `source` says which file its numbers are from.
  static func write(
    _ figure: some Figure, source: (keyword: String, text: String), options: PictureOptions
  ) throws {
    if options.output.isStandardOutput, isatty(STDOUT_FILENO) == 1 {
      throw RenderError("standard output is a terminal: send the picture to a file or a pipe")
    }
    let canvas = try figure.drawn(scale: options.scale)
    let bytes = try canvas.png(
      texts: [
        // What the picture says in words, for those who search or cannot see it.
        ("Title", figure.title),
        ("Description", figure.subtitle),
        ("Software", "qlif-render \(QLIFRender.version)"),
        ("Command", commandLine(CommandLine.arguments)),
        source,
      ])
    try options.output.write(bytes)
    let missing = canvas.missingLetters
    if !missing.isEmpty {
      let shown =
        missing.prefix(20).map(String.init).joined(separator: " ") + (missing.count > 20 ? " ..." : "")
      QLIFRender.say("no installed font has \(shown): the picture shows boxes in their place")
    }
  }

  /// The command as one would type it. Absolute paths are cut to their last part: they say nothing on
  /// another machine, and may say too much about this one.
  static func commandLine(_ arguments: [String]) -> String {
    let words = arguments.enumerated().map { index, argument in
      if index == 0 { return "qlif-render" }
      var word = argument
      if let equals = argument.firstIndex(of: "="), argument.hasPrefix("--") {
        word = argument[...equals] + shortened(String(argument[argument.index(after: equals)...]))
      } else {
        word = shortened(argument)
      }
      return quoted(word)
    }
    return words.joined(separator: " ")
  }

  private static func shortened(_ path: String) -> String {
    guard path.hasPrefix("/"), let last = path.split(separator: "/").last else { return path }
    return String(last)
  }

  private static func quoted(_ word: String) -> String {
    let safe = word.unicodeScalars.allSatisfy {
      $0.isASCII
        && ($0.properties.isAlphabetic || ("0"..."9").contains($0)
          || "-_./=,:+@%".unicodeScalars.contains($0))
    }
    if safe, !word.isEmpty { return word }
    let oneLine = String(word.map { $0.isNewline ? " " : $0 })
    return "'" + oneLine.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
