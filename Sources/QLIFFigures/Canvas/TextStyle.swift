/// How text looks: its size in points, its weight and its colour.
struct TextStyle: Equatable, Sendable {
  var size: Double
  var bold = false
  var color = Palette.ink

  /// The height of one line, descenders and a little air included.
  var lineHeight: Double { (size * 1.3).rounded(.up) }

  /// The first line of a figure.
  static let title = TextStyle(size: 19, bold: true)
  /// The line below it.
  static let subtitle = TextStyle(size: 15, color: Palette.softInk)
  /// The heading of one panel.
  static let heading = TextStyle(size: 14.5, bold: true)
  /// What an axis or a colour bar shows.
  static let label = TextStyle(size: 14)
  /// The numbers at an axis.
  static let tick = TextStyle(size: 13, color: Palette.softInk)
  /// Remarks beside the data.
  static let note = TextStyle(size: 13, color: Palette.softInk)
}
