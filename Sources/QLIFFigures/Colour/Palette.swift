/// The few colours of lines and letters.
///
/// The accents are those of Okabe and Ito, "Color Universal Design" (2008), which readers with any
/// colour vision can tell apart. Nothing in a figure is told by colour alone: form or a word says it, too.
enum Palette {
  /// Letters, lines and marks that are the point.
  static let ink = Color(hex: 0x1A1A1A)
  /// Letters of second rank.
  static let softInk = Color(hex: 0x4A4A4A)
  /// Axes and borders.
  static let axis = Color(hex: 0x6E6E6E)
  /// Lines under the data.
  static let grid = Color(hex: 0xE3E3E3)
  /// What is drawn on.
  static let paper = Color(hex: 0xFFFFFF)
  /// Bars and marks that are not the point.
  static let plain = Color(hex: 0x9A9A9A)

  static let blue = Color(hex: 0x0072B2)
  static let vermillion = Color(hex: 0xD55E00)
  static let sky = Color(hex: 0x56B4E9)

  static let missing = Color(hex: 0xFFFFFF)
}
