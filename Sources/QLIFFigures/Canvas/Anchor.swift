/// Which point of a text's box is meant: 0 and 0 is its top left, 1 and 1 the end of its base line.
struct Anchor: Equatable, Sendable {
  /// From the left (0) to the right (1).
  var x: Double
  /// From the top of a capital letter (0) to the base line (1).
  var y: Double

  /// Left, on the base line.
  static let leading = Anchor(x: 0, y: 1)
  static let left = Anchor(x: 0, y: 0.5)
  static let right = Anchor(x: 1, y: 0.5)
  static let middle = Anchor(x: 0.5, y: 0.5)
  static let top = Anchor(x: 0.5, y: 0)
  /// Centred above the point, on the base line.
  static let bottom = Anchor(x: 0.5, y: 1)
}
