import ArgumentParser
import FoundationEssentials

/// The words of the command line, looked at before the parser reads their values.
///
/// The parser says what is missing before it says what is unknown, so that a misspelled option would be reported as
/// another one's absence; it takes a negative number for an option; and of two values it keeps the last.
struct CommandWords {
  /// What the parser knows of the program; it tells so itself.
  private struct Tool: Decodable {
    var command: Command
  }

  private struct Command: Decodable {
    var commandName: String
    var subcommands: [Command]?
    var arguments: [Argument]?
  }

  private struct Argument: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String
      var text: String { (kind == "long" ? "--" : "-") + name }
    }

    var kind: String
    var names: [Name]?
    var valueName: String?
  }

  /// The words for the parser, which are the given ones but for a value that begins with a dash: it is joined to its
  /// option.
  ///
  /// Throws where a word is unknown, where an option has no value, and where one is there twice.
  static func checked(_ words: [String]) throws -> [String] {
    let tool = try JSONDecoder().decode(Tool.self, from: Data(QLIFRender._dumpHelp().utf8)).command
    guard let first = words.first, !isOption(first) else { return words }
    let commands = tool.subcommands ?? []
    guard let command = commands.first(where: { $0.commandName == first }) else {
      let names = commands.map(\.commandName)
      throw RenderError(
        "unknown command '\(first)'\(hint(first, names)), expected one of \(names.joined(separator: ", "))")
    }
    let arguments = command.arguments ?? []
    let asksForHelp = ["-h", "--help", "--version", "--experimental-dump-help"].contains(
      where: words.contains)
    if asksForHelp || arguments.contains(where: { $0.kind == "positional" }) { return words }

    let names = arguments.map { ($0.names ?? []).map(\.text) }
    var given: [Int: String] = [:]
    var checked = [first]
    var rest = words.dropFirst()
    while let word = rest.popFirst() {
      guard isOption(word) else {
        throw RenderError(
          "unexpected '\(word)': every value follows its option, a list is one value as in 1,5,9")
      }
      let name = String(word.prefix { $0 != "=" })
      guard let place = names.firstIndex(where: { $0.contains(name) }) else {
        throw RenderError(
          "unknown option '\(name)'\(hint(name, Array(names.joined()))); see 'qlif-render \(first) --help'")
      }
      if let before = given.updateValue(name, forKey: place) {
        throw RenderError(
          "'\(name)' is given \(before == name ? "twice" : "beside '\(before)'"), expected it once")
      }
      checked.append(word)
      guard arguments[place].kind == "option", name == word else { continue }
      guard let value = rest.first, !isOption(value) else {
        let found = rest.first.map { ", but '\($0)' follows" } ?? ""
        throw RenderError("'\(name)' needs a value <\(arguments[place].valueName ?? "")>\(found)")
      }
      rest.removeFirst()
      if value.hasPrefix("-"), value != "-" {
        checked[checked.count - 1] += "=" + value
      } else {
        checked.append(value)
      }
    }
    return checked
  }

  /// Whether the word names an option; "-" is standard output, and "-1,2" and "-inf" are numbers.
  private static func isOption(_ word: String) -> Bool {
    guard word.hasPrefix("-"), word != "-", Double(word) == nil else { return false }
    return !(word.dropFirst().first.map { $0.isASCII && $0.isNumber || $0 == "." } ?? false)
  }

  /// ". Did you mean '--model'?" where a name is like the word.
  private static func hint(_ word: String, _ names: [String]) -> String {
    // A long option with a single dash is a slip, too.
    let word = word.hasPrefix("-") && !word.hasPrefix("--") ? "-" + word : word
    let near = names.map { (name: $0, distance: distance(word, $0)) }.min { $0.distance < $1.distance }
    guard let near, near.distance <= max(1, word.count / 3) else { return "" }
    return " (did you mean '\(near.name)'?)"
  }

  /// How many letters must be put in, taken out, changed or swapped with the next to make one word of the other.
  private static func distance(_ one: String, _ other: String) -> Int {
    let (one, other) = (Array(one), Array(other))
    var table = (0...one.count).map { row in (0...other.count).map { row == 0 ? $0 : $0 == 0 ? row : 0 } }
    for row in one.indices {
      for column in other.indices {
        let change = table[row][column] + (one[row] == other[column] ? 0 : 1)
        table[row + 1][column + 1] = min(change, table[row][column + 1] + 1, table[row + 1][column] + 1)
        if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
          table[row + 1][column + 1] = min(table[row + 1][column + 1], table[row - 1][column - 1] + 1)
        }
      }
    }
    return table[one.count][other.count]
  }
}
