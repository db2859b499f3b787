/// How text looks: its size in points, its weight and its colour.
public struct TextStyle: Equatable, Sendable {
  /// The size of the font, in points.
  public var size: Double
  /// Whether the letters are bold.
  public var bold: Bool
  /// The colour of the letters.
  public var color: Color

  /// A style of this size, weight and colour.
  public init(size: Double, bold: Bool = false, color: Color = Palette.ink) {
    self.size = size
    self.bold = bold
    self.color = color
  }

  /// The height of one line, descenders and a little air included.
  public var lineHeight: Double { (size * 1.3).rounded(.up) }

  /// The first line of a figure.
  public static let title = TextStyle(size: 19, bold: true)
  /// The line below it.
  public static let subtitle = TextStyle(size: 15, color: Palette.softInk)
  /// The heading of one panel.
  public static let heading = TextStyle(size: 14.5, bold: true)
  /// What an axis or a colour bar shows.
  public static let label = TextStyle(size: 14)
  /// The numbers at an axis.
  public static let tick = TextStyle(size: 13, color: Palette.softInk)
  /// Remarks beside the data.
  public static let note = TextStyle(size: 13, color: Palette.softInk)
}
