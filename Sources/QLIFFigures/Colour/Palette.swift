/// The few colours of lines and letters.
///
/// The accents are those of Okabe and Ito, "Color Universal Design" (2008), which readers with any
/// colour vision can tell apart. Nothing in a figure is told by colour alone: form or a word says it, too.
public enum Palette {
  public static let ink = Color(hex: 0x1A1A1A)
  public static let softInk = Color(hex: 0x4A4A4A)
  public static let axis = Color(hex: 0x6E6E6E)
  public static let grid = Color(hex: 0xE3E3E3)
  public static let paper = Color(hex: 0xFFFFFF)
  /// Bars and marks that are not the point.
  public static let plain = Color(hex: 0x9A9A9A)

  public static let blue = Color(hex: 0x0072B2)
  public static let vermillion = Color(hex: 0xD55E00)
  public static let green = Color(hex: 0x009E73)
  public static let orange = Color(hex: 0xE69F00)
  public static let sky = Color(hex: 0x56B4E9)
  public static let purple = Color(hex: 0xCC79A7)

  /// Not a number.
  public static let missing = Color(hex: 0xFFFFFF)

  /// For several lines in one plot, in this order.
  public static let series = [blue, vermillion, green, purple, orange, sky]
}
