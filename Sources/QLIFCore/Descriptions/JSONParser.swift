/// Reads JSON text (RFC 8259). Other than the library's decoder it refuses a key that an object has twice, and needs little
/// stack, as the thread of a caller may have little.
struct JSONParser {
  /// Values within each other. A network's neurons have the depth 4.
  static let deepest = 32

  private let name: String
  private let bytes: [UInt8]
  private var place = 0

  /// - Parameter name: what an error calls the text.
  init(_ text: String, _ name: String) {
    self.name = name
    bytes = Array(text.utf8)
  }

  /// The value that the whole text is.
  mutating func parse() throws(QLIFError) -> JSONValue {
    let value = try value(depth: 0)
    skipBlanks()
    guard place == bytes.count else { throw invalid }
    return value
  }

  private var invalid: QLIFError {
    let rest = String(decoding: bytes[place...].prefix(60), as: UTF8.self)
    return .invalid("\(name): it is no valid JSON from byte \(place) on: \(rest)")
  }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
  }

  /// Whether a character comes next; skips it.
  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func value(depth: Int) throws(QLIFError) -> JSONValue {
    skipBlanks()
    guard depth <= Self.deepest else {
      throw .invalid("\(name): values within each other, expected \(Self.deepest) at the most")
    }
    if skip("{") { return try object(depth: depth) }
    if skip("[") { return try list(depth: depth) }
    if skip("\"") { return .text(try text()) }
    for (word, value) in [("null", JSONValue.null), ("true", .bool(true)), ("false", .bool(false))]
    where bytes[place...].starts(with: word.utf8) {
      place += word.utf8.count
      return value
    }
    return try number()
  }

  private mutating func object(depth: Int) throws(QLIFError) -> JSONValue {
    var values: [String: JSONValue] = [:]
    skipBlanks()
    if skip("}") { return .object(values) }
    repeat {
      skipBlanks()
      guard skip("\"") else { throw invalid }
      let key = try text()
      skipBlanks()
      guard skip(":") else { throw invalid }
      guard values.updateValue(try value(depth: depth + 1), forKey: key) == nil else {
        throw .invalid("\(name): the key \(JSONValue.text(key).excerpt) is there twice")
      }
      skipBlanks()
    } while skip(",")
    guard skip("}") else { throw invalid }
    return .object(values)
  }

  private mutating func list(depth: Int) throws(QLIFError) -> JSONValue {
    var values: [JSONValue] = []
    skipBlanks()
    if skip("]") { return .list(values) }
    repeat {
      values.append(try value(depth: depth + 1))
      skipBlanks()
    } while skip(",")
    guard skip("]") else { throw invalid }
    return .list(values)
  }

  private mutating func digits() throws(QLIFError) {
    let start = place
    while let byte = next, (0x30...0x39).contains(byte) { place += 1 }
    guard place > start else { throw invalid }
  }

  private mutating func number() throws(QLIFError) -> JSONValue {
    let start = place
    _ = skip("-")
    if !skip("0") { try digits() }
    var isWhole = true
    if skip(".") {
      isWhole = false
      try digits()
    }
    if skip("e") || skip("E") {
      isWhole = false
      if !skip("-") { _ = skip("+") }
      try digits()
    }
    let digits = String(decoding: bytes[start..<place], as: UTF8.self)
    if isWhole, let number = Int(digits) { return .integer(number) }
    if isWhole, let number = UInt64(digits) { return .unsigned(number) }
    // Infinity, where it is too large: no field takes that.
    guard let number = Double(digits) else { throw invalid }
    return isWhole ? .number(number) : Int(exactly: number).map { .integer($0) } ?? .number(number)
  }

  /// A text whose first quotation mark is skipped.
  private mutating func text() throws(QLIFError) -> String {
    var text: [UInt8] = []
    while let byte = next, byte >= 0x20 {
      if skip("\"") { return String(decoding: text, as: UTF8.self) }
      if skip("\\") {
        text.append(contentsOf: String(Character(try escaped())).utf8)
      } else {
        text.append(byte)
        place += 1
      }
    }
    throw invalid
  }

  /// What a backslash, which is skipped, stands before.
  private mutating func escaped() throws(QLIFError) -> Unicode.Scalar {
    guard let byte = next else { throw invalid }
    guard byte != UInt8(ascii: "u") else { return try scalar() }
    let meanings: [(Unicode.Scalar, Unicode.Scalar)] = [
      ("\"", "\""), ("\\", "\\"), ("/", "/"), ("b", "\u{8}"), ("f", "\u{c}"), ("n", "\n"), ("r", "\r"),
      ("t", "\t"),
    ]
    guard let meaning = meanings.first(where: { UInt8(ascii: $0.0) == byte }) else { throw invalid }
    place += 1
    return meaning.1
  }

  /// The scalar of "u" and four digits, or of two such where the first is half of one.
  private mutating func scalar() throws(QLIFError) -> Unicode.Scalar {
    func half(_ parser: inout JSONParser) throws(QLIFError) -> UInt32 {
      let digits = parser.bytes[parser.place...].prefix(5)
      guard digits.count == 5, digits.first == UInt8(ascii: "u"),
        digits.dropFirst().allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
        let number = UInt32(String(decoding: digits.dropFirst(), as: UTF8.self), radix: 16)
      else { throw parser.invalid }
      parser.place += 5
      return number
    }
    var number = try half(&self)
    if (0xD800..<0xDC00).contains(number) {
      guard skip("\\") else { throw invalid }
      let low = try half(&self)
      guard (0xDC00..<0xE000).contains(low) else { throw invalid }
      number = 0x10000 + (number - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(number) else { throw invalid }
    return scalar
  }
}
