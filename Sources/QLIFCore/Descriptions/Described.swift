/// What has constants that a description may give: a neuron, a loss, the settings of a trainer.
///
/// The list of fields says each constant once: its key, its type and what it may be. A description is read strictly and
/// written completely from it.
package protocol Described {
  /// All constants at their defaults.
  init()

  static var fields: [Field<Self>] { get }

  /// Checks what one constant alone does not show.
  func validateTogether() throws(QLIFError)
}

extension Described {
  package func validateTogether() throws(QLIFError) {}

  /// - Throws: where a constant has a value that it cannot take; names it.
  package func validate() throws(QLIFError) {
    for field in Self.fields { try field.validate(self) }
    try validateTogether()
  }

  /// Reads what the reader's object has left.
  package init(_ reader: inout DescriptionReader) throws(QLIFError) {
    self.init()
    for field in Self.fields {
      if let value = reader.take(field.key) {
        try field.read(&self, value, reader.place(of: field.key))
      } else if field.isRequired {
        throw .invalid("\(reader.place(of: field.key)): missing, expected \(field.expected)")
      }
    }
    do { try validate() } catch { throw error.at(reader.path) }
    try reader.finish()
  }

  /// The constants by their keys.
  package var constants: [String: JSONValue] {
    Dictionary(uniqueKeysWithValues: Self.fields.map { ($0.key, $0.write(self)) })
  }

  /// The constants beside the key `kind`.
  func description(as kind: String) -> JSONValue {
    .object(constants.merging(["kind": .text(kind)]) { constant, _ in constant })
  }
}

/// What has a name in descriptions beside its constants: `{"kind": "lif", "beta": 0.9, ...}`.
package protocol DescribedKind: Described {
  static var kind: String { get }
}

extension DescribedKind {
  package var description: JSONValue { description(as: Self.kind) }
}
