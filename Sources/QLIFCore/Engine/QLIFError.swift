/// What a call was given that it cannot work with: one line that names the argument, what came and what was
/// expected.
package struct QLIFError: Error, CustomStringConvertible, Equatable {
  /// The values are those of `qlif_status`.
  package enum Kind: Int32, Sendable {
    case invalidArgument = 1
    case shape = 2
    case notFinite = 3
    case io = 4
    case format = 5
    case outOfMemory = 6
  }

  package let kind: Kind
  package let message: String

  package var description: String { message }

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }
}

extension QLIFError {
  package static func invalid(_ message: String) -> QLIFError { QLIFError(.invalidArgument, message) }
  package static func shape(_ message: String) -> QLIFError { QLIFError(.shape, message) }
  package static func notFinite(_ message: String) -> QLIFError { QLIFError(.notFinite, message) }
  package static func io(_ message: String) -> QLIFError { QLIFError(.io, message) }
  package static func format(_ message: String) -> QLIFError { QLIFError(.format, message) }
}
