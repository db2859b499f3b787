import ArgumentParser

/// Indices as a user writes them: "3", "1,5,9", "0-31" or "0-3,8".
struct IndexList: ExpressibleByArgument, Equatable {
  let indices: [Int]

  /// More than these no figure can show.
  static let most = 4096

  init?(argument: String) {
    var indices: [Int] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Self.index($0) }
      guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last,
        last - first < Self.most, indices.count + last - first < Self.most
      else { return nil }
      indices.append(contentsOf: first...last)
    }
    self.indices = indices
  }

  /// Digits only: `Int` would take a sign, too.
  private static func index(_ text: Substring) -> Int? {
    text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
  }

  /// Throws unless all indices lie below `count`; `things` and `place` are for the message.
  func check(below count: Int, _ things: String, _ place: String) throws {
    for index in indices where index >= count {
      throw RenderError("\(things) \(index) is outside 0 ... \(count - 1), the \(things)s of \(place)")
    }
  }
}
