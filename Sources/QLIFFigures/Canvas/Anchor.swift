/// Which point of a text's box is meant: 0 and 0 is its top left, 1 and 1 the end of its base line.
public struct Anchor: Equatable, Sendable {
  /// From the left (0) to the right (1).
  public var x: Double
  /// From the top of a capital letter (0) to the base line (1).
  public var y: Double

  /// The point at these shares of the box.
  public init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }

  /// Left, on the base line.
  public static let leading = Anchor(x: 0, y: 1)
  /// Left, at half the height.
  public static let left = Anchor(x: 0, y: 0.5)
  /// Right, at half the height.
  public static let right = Anchor(x: 1, y: 0.5)
  /// In the middle of the box.
  public static let middle = Anchor(x: 0.5, y: 0.5)
  /// Centred below the point.
  public static let top = Anchor(x: 0.5, y: 0)
  /// Centred above the point, on the base line.
  public static let bottom = Anchor(x: 0.5, y: 1)
}
