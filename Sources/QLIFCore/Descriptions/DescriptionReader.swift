/// An object of a description, read key by key. What nobody asked for is an error.
package struct DescriptionReader {
  /// Where the object is in the whole, such as `layers[1].neuron`; empty: it is the whole.
  package let path: String
  private var values: [String: JSONValue]
  private var known: Set<String> = []

  package init(_ value: JSONValue, at path: String = "") throws(QLIFError) {
    guard case .object(let values) = value else {
      throw .invalid(
        "\(path.isEmpty ? "description" : path): \(value.excerpt), expected an object of keys and values")
    }
    self.path = path
    self.values = values
  }

  /// The place of a key, as errors name it.
  package func place(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// The value of a key; nil where it is absent.
  package mutating func take(_ key: String) -> JSONValue? {
    known.insert(key)
    return values.removeValue(forKey: key)
  }

  /// - Throws: where the key is absent.
  package mutating func require(_ key: String, _ expected: String) throws(QLIFError) -> JSONValue {
    guard let value = take(key) else { throw .invalid("\(place(of: key)): missing, expected \(expected)") }
    return value
  }

  /// The type of a list of kinds that the key `kind` names.
  package mutating func kind<Kind>(of kinds: [(name: String, type: Kind)]) throws(QLIFError) -> (
    name: String, type: Kind
  ) {
    let expected = "one of \(kinds.map(\.name).joined(separator: ", "))"
    let value = try require("kind", expected)
    guard case .text(let name) = value, let found = kinds.first(where: { $0.name == name }) else {
      throw .invalid("\(place(of: "kind")): \(value.excerpt), expected \(expected)")
    }
    return found
  }

  /// - Throws: where there are keys that nobody asked for.
  package func finish() throws(QLIFError) {
    guard let unknown = values.keys.min() else { return }
    throw .invalid(
      "\(place(of: unknown)): unknown, expected one of \(known.sorted().joined(separator: ", "))")
  }
}

extension QLIFError {
  /// The error of a constant, with the place of the object that the constant belongs to.
  func at(_ path: String) -> QLIFError { path.isEmpty ? self : QLIFError(kind, "\(path).\(message)") }
}
