/// One constant of a described thing: its key, and how it is read, written and checked.
package struct Field<Owner> {
  package let key: String
  /// What it may be, in words.
  let expected: String
  /// A field without a default.
  let isRequired: Bool
  let read: (inout Owner, JSONValue, String) throws(QLIFError) -> Void
  let write: (Owner) -> JSONValue
  let validate: (Owner) throws(QLIFError) -> Void

  private init(
    _ key: String, _ expected: String, isRequired: Bool = false,
    read: @escaping (inout Owner, JSONValue, String) throws(QLIFError) -> Void,
    write: @escaping (Owner) -> JSONValue,
    validate: @escaping (Owner) throws(QLIFError) -> Void = { (_) throws(QLIFError) in }
  ) {
    self.key = key
    self.expected = expected
    self.isRequired = isRequired
    self.read = read
    self.write = write
    self.validate = validate
  }

  /// A real number.
  /// - Parameters:
  ///   - expected: what it may be, in words.
  ///   - isAllowed: whether a finite value may be.
  package static func number(
    _ key: String, _ path: WritableKeyPath<Owner, Float>, _ expected: String,
    _ isAllowed: @escaping (Float) -> Bool = { _ in true }
  ) -> Field {
    Field(
      key, expected,
      read: { (owner, value, place) throws(QLIFError) in
        guard let number = value.double else {
          throw .invalid("\(place): \(value.excerpt), expected a number \(expected)")
        }
        guard Float(number).isFinite else {
          throw .invalid("\(place): \(value.excerpt), beyond the range of float32, expected \(expected)")
        }
        owner[keyPath: path] = Float(number)
      },
      write: { .float($0[keyPath: path]) },
      validate: { (owner) throws(QLIFError) in try check(key, owner[keyPath: path], expected, isAllowed) })
  }

  /// A whole number in a range.
  package static func size(
    _ key: String, _ path: WritableKeyPath<Owner, Int>, _ range: ClosedRange<Int>, isRequired: Bool = false
  ) -> Field {
    let expected =
      range.upperBound == .max ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(range.upperBound)"
    return Field(
      key, expected, isRequired: isRequired,
      read: { (owner, value, place) throws(QLIFError) in
        guard case .integer(let number) = value else {
          throw .invalid("\(place): \(value.excerpt), expected a whole number, \(expected)")
        }
        owner[keyPath: path] = number
      },
      write: { .integer($0[keyPath: path]) },
      validate: { (owner) throws(QLIFError) in
        guard range.contains(owner[keyPath: path]) else {
          throw .shape("\(key): \(owner[keyPath: path]), expected \(expected)")
        }
      })
  }

  /// A whole number in a range that may be left to the engine.
  package static func size(
    _ key: String, _ path: WritableKeyPath<Owner, Int?>, _ range: ClosedRange<Int>
  ) -> Field {
    let inner = Field<Int>.size(key, \.self, range)
    return Field(
      key, inner.expected,
      read: { (owner, value, place) throws(QLIFError) in
        if value == .null { return owner[keyPath: path] = nil }
        var number = 0
        try inner.read(&number, value, place)
        owner[keyPath: path] = number
      },
      write: { $0[keyPath: path].map { .integer($0) } ?? .null },
      validate: { (owner) throws(QLIFError) in
        if let number = owner[keyPath: path] { try inner.validate(number) }
      })
  }

  /// One of some names.
  package static func choice<Value: CaseIterable & RawRepresentable<String>>(
    _ key: String, _ path: WritableKeyPath<Owner, Value>
  ) -> Field {
    let expected = "one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))"
    return Field(
      key, expected,
      read: { (owner, value, place) throws(QLIFError) in
        guard case .text(let name) = value, let choice = Value(rawValue: name) else {
          throw .invalid("\(place): \(value.excerpt), expected \(expected)")
        }
        owner[keyPath: path] = choice
      },
      write: { .text($0[keyPath: path].rawValue) })
  }

  /// One of some names that may be left to the engine.
  package static func choice<Value: CaseIterable & RawRepresentable<String>>(
    _ key: String, _ path: WritableKeyPath<Owner, Value?>
  ) -> Field {
    let inner = Field<ChoiceHolder<Value>>.choice(key, \.value)
    return Field(
      key, inner.expected,
      read: { (owner, value, place) throws(QLIFError) in
        if value == .null { return owner[keyPath: path] = nil }
        guard var holder = ChoiceHolder<Value>() else { return }
        try inner.read(&holder, value, place)
        owner[keyPath: path] = holder.value
      },
      write: { $0[keyPath: path].map { .text($0.rawValue) } ?? .null })
  }

  /// True or false.
  package static func flag(_ key: String, _ path: WritableKeyPath<Owner, Bool>) -> Field {
    Field(
      key, "true or false",
      read: { (owner, value, place) throws(QLIFError) in
        guard case .bool(let flag) = value else {
          throw .invalid("\(place): \(value.excerpt), expected true or false")
        }
        owner[keyPath: path] = flag
      },
      write: { .bool($0[keyPath: path]) })
  }

  /// A list of sizes of 1 or more, without a default.
  package static func sizes(
    _ key: String, _ path: WritableKeyPath<Owner, [Int]>, _ count: ClosedRange<Int>
  ) -> Field {
    let expected = "a list of \(count.lowerBound) to \(count.upperBound) sizes of 1 or more"
    return Field(
      key, expected, isRequired: true,
      read: { (owner, value, place) throws(QLIFError) in
        guard case .list(let list) = value, count.contains(list.count) else {
          throw .shape("\(place): \(value.excerpt), expected \(expected)")
        }
        var sizes: [Int] = []
        for each in list {
          guard case .integer(let size) = each, size > 0 else {
            throw .shape("\(place): \(value.excerpt), expected \(expected)")
          }
          sizes.append(size)
        }
        owner[keyPath: path] = sizes
      },
      write: { .list($0[keyPath: path].map { .integer($0) }) })
  }

  /// What random numbers follow from.
  package static func seed(_ key: String, _ path: WritableKeyPath<Owner, UInt64>) -> Field {
    Field(
      key, "0 to 2^64 - 1",
      read: { (owner, value, place) throws(QLIFError) in
        switch value {
        case .integer(let number) where number >= 0: owner[keyPath: path] = UInt64(number)
        case .unsigned(let number): owner[keyPath: path] = number
        default: throw .invalid("\(place): \(value.excerpt), expected a whole number, 0 to 2^64 - 1")
        }
      },
      write: { owner in
        let seed = owner[keyPath: path]
        return Int(exactly: seed).map { .integer($0) } ?? .unsigned(seed)
      })
  }

  /// A list of what is read elsewhere.
  package static func list(
    _ key: String, _ path: WritableKeyPath<Owner, [JSONValue]>, _ count: ClosedRange<Int>
  ) -> Field {
    let expected = "a list of \(count.lowerBound) to \(count.upperBound)"
    return Field(
      key, expected, isRequired: true,
      read: { (owner, value, place) throws(QLIFError) in
        guard case .list(let list) = value, count.contains(list.count) else {
          throw .invalid("\(place): \(value.excerpt), expected \(expected)")
        }
        owner[keyPath: path] = list
      },
      write: { .list($0[keyPath: path]) })
  }

  /// A described thing within another.
  package static func object<Value>(
    _ key: String, _ path: WritableKeyPath<Owner, Value>,
    read: @escaping (inout DescriptionReader) throws(QLIFError) -> Value,
    write: @escaping (Value) -> JSONValue
  ) -> Field {
    Field(
      key, "an object",
      read: { (owner, value, place) throws(QLIFError) in
        var reader = try DescriptionReader(value, at: place)
        owner[keyPath: path] = try read(&reader)
      },
      write: { write($0[keyPath: path]) })
  }
}

/// Holds a choice while it is read.
private struct ChoiceHolder<Value: CaseIterable> {
  var value: Value

  init?() {
    guard let first = Value.allCases.first else { return nil }
    value = first
  }
}

extension JSONValue {
  /// The value of a number of any type.
  var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .unsigned(let value): Double(value)
    case .number(let value): value
    case .float(let value): Double(value)
    default: nil
    }
  }
}
