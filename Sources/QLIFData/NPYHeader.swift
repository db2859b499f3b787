/// The header of a `.npy` file: a Python dictionary of three entries, written as text.
struct NPYHeader: Equatable {
  /// NumPy's type description, for example "<f4".
  var description: String
  var isFortranOrder: Bool
  var shape: [Int]

  /// Nil where the text is anything else than such a dictionary.
  init?(_ text: String) {
    var scanner = Scanner(rest: Array(text.utf8)[...])
    var description: String?
    var order: Bool?
    var shape: [Int]?
    guard scanner.take("{") else { return nil }
    while !scanner.take("}") {
      guard let key = scanner.string(), scanner.take(":") else { return nil }
      switch key {
      case "descr" where description == nil: description = scanner.string()
      case "fortran_order" where order == nil:
        order = scanner.take("True") ? true : scanner.take("False") ? false : nil
      case "shape" where shape == nil: shape = scanner.tuple()
      default: return nil
      }
      guard scanner.take(",") || scanner.isAt("}") else { return nil }
    }
    guard scanner.isAtEnd, let description, let order, let shape else { return nil }
    self.description = description
    isFortranOrder = order
    self.shape = shape
  }

  /// Just enough of Python's grammar.
  private struct Scanner {
    var rest: ArraySlice<UInt8>

    private mutating func skipSpace() {
      rest = rest.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 || $0 == 0x0D }
    }

    var isAtEnd: Bool {
      mutating get {
        skipSpace()
        return rest.isEmpty
      }
    }

    mutating func isAt(_ word: String) -> Bool {
      skipSpace()
      return rest.starts(with: word.utf8)
    }

    mutating func take(_ word: String) -> Bool {
      guard isAt(word) else { return false }
      rest = rest.dropFirst(word.utf8.count)
      return true
    }

    mutating func string() -> String? {
      skipSpace()
      guard let quote = rest.first, quote == 0x27 || quote == 0x22 else { return nil }
      rest = rest.dropFirst()
      guard let end = rest.firstIndex(of: quote) else { return nil }
      let text = String(decoding: rest[..<end], as: UTF8.self)
      rest = rest[(end + 1)...]
      return text
    }

    mutating func tuple() -> [Int]? {
      guard take("(") else { return nil }
      var sizes: [Int] = []
      while !take(")") {
        let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
        // Fails beyond the largest Int.
        guard let size = Int(String(decoding: digits, as: UTF8.self)), sizes.count < 100 else { return nil }
        rest = rest.dropFirst(digits.count)
        sizes.append(size)
        guard take(",") || isAt(")") else { return nil }
        skipSpace()
      }
      return sizes
    }
  }
}
