import Glibc

/// A colour in CIE 1976 L*a*b* (white point D65), where equal distances look about equally large.
struct LabColor: Equatable, Sendable {
  /// L*, from 0 (black) to 100 (white).
  var lightness: Double
  /// From green to red.
  var a: Double
  /// From blue to yellow.
  var b: Double
}

extension LabColor {
  /// In polar form; `hue` in degrees.
  init(lightness: Double, chroma: Double, hue: Double) {
    let angle = hue * Double.pi / 180
    self.init(lightness: lightness, a: chroma * cos(angle), b: chroma * sin(angle))
  }

  /// The colour a share `t` of the way to `other`.
  func mixed(with other: LabColor, _ t: Double) -> LabColor {
    LabColor(
      lightness: lightness + (other.lightness - lightness) * t, a: a + (other.a - a) * t,
      b: b + (other.b - b) * t)
  }

  /// Linear sRGB, which may lie outside 0 to 1. Matrix: IEC 61966-2-1.
  var linearRGB: [Double] {
    func inverse(_ t: Double) -> Double { t > 6.0 / 29 ? t * t * t : 108.0 / 841 * (t - 4.0 / 29) }
    let fy = (lightness + 16) / 116
    let x = 0.95047 * inverse(fy + a / 500)
    let y = inverse(fy)
    let z = 1.08883 * inverse(fy - b / 200)
    return [
      3.2404542 * x - 1.5371385 * y - 0.4985314 * z,
      -0.9692660 * x + 1.8760108 * y + 0.0415560 * z,
      0.0556434 * x - 0.2040259 * y + 1.0572252 * z,
    ]
  }
}
