/// What stands between the data and the first layer: it makes of an input what that layer is shown.
///
/// To add one, write its type in a file of its own and name it in `EncoderKind.all`.
package protocol InputEncoder: DescribedKind, Sendable {
  /// The input as the first layer reads it, constant in time or a sequence; memory of its own is kept by
  /// `Input.owner`.
  func encoded(_ input: Input, for network: Network) throws(QLIFError) -> Input
}

/// The encoders, by name.
package enum EncoderKind {
  package static let all: [any InputEncoder.Type] = [Direct.self]

  static func read(_ reader: inout DescriptionReader) throws(QLIFError) -> any InputEncoder {
    try reader.kind(of: all.map { ($0.kind, $0) }).type.init(&reader)
  }
}

/// Numbers as they are: currents of the first layer's weights.
package struct Direct: InputEncoder {
  package static let kind = "direct"
  package static var fields: [Field<Direct>] { [] }

  package init() {}

  package func encoded(_ input: Input, for network: Network) -> Input { input }
}
