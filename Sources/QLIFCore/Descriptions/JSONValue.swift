import FoundationEssentials

/// A value of a JSON text. Numbers keep the type that they were read or written as.
package enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case unsigned(UInt64)
  case number(Double)
  /// Written with the digits that a float32 has.
  case float(Float)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  /// A text beyond this is no description; what is read takes some twenty times its memory.
  package static let longestText = 1 << 20

  /// - Parameter name: what an error calls the text.
  package init(parsing text: String, _ name: String) throws(QLIFError) {
    let length = text.utf8.count
    guard length <= Self.longestText else {
      throw .invalid("\(name): a text of \(length) bytes, expected \(Self.longestText) at the most")
    }
    var parser = JSONParser(text, name)
    self = try parser.parse()
  }

  /// The value as one line, the keys of objects in alphabetical order. Other than the library's encoder, it writes real
  /// numbers with a point or an exponent, so that a reader knows them from whole ones.
  package var text: String {
    switch self {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .integer(let number): "\(number)"
    case .unsigned(let number): "\(number)"
    case .number(let number): "\(number)"
    case .float(let number): "\(number)"
    case .text(let text): Self.quoted(text)
    case .list(let values): "[\(values.map(\.text).joined(separator: ", "))]"
    case .object(let values):
      "{\(values.sorted { $0.key < $1.key }.map { "\(Self.quoted($0.key)): \($0.value.text)" }.joined(separator: ", "))}"
    }
  }

  private static func quoted(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "\"") { quoted, scalar in
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    } + "\""
  }

  /// What an error shows of the value.
  var excerpt: String {
    let text = text
    return text.count <= 60 ? text : "\(text.prefix(60))..."
  }
}

extension JSONValue: Codable {
  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
  }

  package init(from decoder: any Decoder) throws {
    guard decoder.codingPath.count <= JSONParser.deepest else {
      throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "too deep"))
    }
    if let keyed = try? decoder.container(keyedBy: Key.self) {
      var values: [String: JSONValue] = [:]
      for key in keyed.allKeys { values[key.stringValue] = try keyed.decode(JSONValue.self, forKey: key) }
      self = .object(values)
      return
    }
    if var list = try? decoder.unkeyedContainer() {
      var values: [JSONValue] = []
      while !list.isAtEnd { values.append(try list.decode(JSONValue.self)) }
      self = .list(values)
      return
    }
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let flag = try? value.decode(Bool.self) {
      self = .bool(flag)
    } else if let integer = try? value.decode(Int.self) {
      self = .integer(integer)
    } else if let unsigned = try? value.decode(UInt64.self) {
      self = .unsigned(unsigned)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else {
      self = .text(try value.decode(String.self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .object(let values):
      var container = encoder.container(keyedBy: Key.self)
      for (key, value) in values { try container.encode(value, forKey: Key(stringValue: key)) }
    case .list(let values):
      var container = encoder.unkeyedContainer()
      for value in values { try container.encode(value) }
    default:
      var container = encoder.singleValueContainer()
      switch self {
      case .bool(let flag): try container.encode(flag)
      case .integer(let integer): try container.encode(integer)
      case .unsigned(let unsigned): try container.encode(unsigned)
      case .number(let number): try container.encode(number)
      case .float(let number): try container.encode(number)
      case .text(let text): try container.encode(text)
      case .null, .list, .object: try container.encodeNil()
      }
    }
  }
}

/// A value as JSON text in one line.
func json(_ value: some Encodable) throws(QLIFError) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  guard let data = try? encoder.encode(value) else {
    throw .format("description: it cannot be written as JSON")
  }
  return String(decoding: data, as: UTF8.self)
}
