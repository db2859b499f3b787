/// The few colours of lines and letters.
///
/// The accents are those of Okabe and Ito, "Color Universal Design" (2008), which readers with any
/// colour vision can tell apart. Nothing in a figure is told by colour alone: form or a word says it, too.
public enum Palette {
  /// Letters, lines and marks that are the point.
  public static let ink = Color(hex: 0x1A1A1A)
  /// Letters of second rank.
  public static let softInk = Color(hex: 0x4A4A4A)
  /// Axes and borders.
  public static let axis = Color(hex: 0x6E6E6E)
  /// Lines under the data.
  public static let grid = Color(hex: 0xE3E3E3)
  /// What is drawn on.
  public static let paper = Color(hex: 0xFFFFFF)
  /// Bars and marks that are not the point.
  public static let plain = Color(hex: 0x9A9A9A)

  /// Okabe and Ito's blue.
  public static let blue = Color(hex: 0x0072B2)
  /// Okabe and Ito's vermillion.
  public static let vermillion = Color(hex: 0xD55E00)
  /// Okabe and Ito's bluish green.
  public static let green = Color(hex: 0x009E73)
  /// Okabe and Ito's orange.
  public static let orange = Color(hex: 0xE69F00)
  /// Okabe and Ito's sky blue.
  public static let sky = Color(hex: 0x56B4E9)
  /// Okabe and Ito's reddish purple.
  public static let purple = Color(hex: 0xCC79A7)

  /// Not a number.
  public static let missing = Color(hex: 0xFFFFFF)

  /// For several lines in one plot, in this order.
  public static let series = [blue, vermillion, green, purple, orange, sky]
}
