import Glibc

/// An sRGB colour; red, green, blue and alpha from 0 to 1.
struct Color: Equatable, Sendable {
  var red: Double
  var green: Double
  var blue: Double
  /// 0 is clear, 1 covers what lies below.
  var alpha = 1.0
}

extension Color {
  /// A colour as written in style sheets, `0xRRGGBB`.
  init(hex: UInt32) {
    self.init(
      red: Double(hex >> 16 & 0xff) / 255, green: Double(hex >> 8 & 0xff) / 255,
      blue: Double(hex & 0xff) / 255)
  }

  /// A grey: 0 is black, 1 is white.
  init(grey: Double) {
    self.init(red: grey, green: grey, blue: grey)
  }

  /// The sRGB colour of CIE 1976 L*a*b* coordinates (white point D65), cut to the sRGB gamut.
  init(lab: LabColor) {
    let rgb = lab.linearRGB.map { Self.encoded(min(max($0, 0), 1)) }
    self.init(red: rgb[0], green: rgb[1], blue: rgb[2])
  }

  /// The same colour, mixed with white: 0 leaves it, 1 is white.
  func lighter(_ share: Double) -> Color {
    Color(
      red: red + (1 - red) * share, green: green + (1 - green) * share, blue: blue + (1 - blue) * share,
      alpha: alpha)
  }

  /// The colour as one pixel of cairo's RGB24 format.
  var rgb24: UInt32 {
    func byte(_ value: Double) -> UInt32 { UInt32((min(max(value, 0), 1) * 255).rounded()) }
    return byte(red) << 16 | byte(green) << 8 | byte(blue)
  }

  /// The transfer function of sRGB (IEC 61966-2-1).
  private static func encoded(_ linear: Double) -> Double {
    linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055
  }
}
