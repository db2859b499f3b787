import Glibc
import Testing

@testable import QLIFFigures

@Suite struct ColorMapTests {
  static let maps = [ColorMap.diverging, .sequential, .time, .grey]
  static let steps = 256

  @Test func lightnessIsMonotone() {
    for map in Self.maps {
      let lightness = (0...Self.steps).map { map.color(Double($0) / Double(Self.steps)).lightness }
      let rising = zip(lightness, lightness.dropFirst()).allSatisfy { $0 < $1 }
      let falling = zip(lightness, lightness.dropFirst()).allSatisfy { $0 > $1 }
      #expect(rising || falling)
      #expect(abs((lightness.first ?? 0) - (lightness.last ?? 0)) > 60)
    }
  }

  @Test func everyColorCanBeShown() {
    for map in Self.maps {
      for step in 0...Self.steps { #expect(map.lab(Double(step) / Double(Self.steps)).isDisplayable) }
    }
  }

  @Test func middleOfDivergingIsNeutral() {
    let color = ColorMap.diverging.color(0.5)
    #expect(abs(color.red - color.green) < 0.005)
    #expect(abs(color.blue - color.green) < 0.005)
  }

  /// Red-green blindness leaves the axis from blue to yellow, so the two sides must differ along it.
  @Test func sidesDifferInBlueAndYellow() {
    for step in 1...10 {
      let distance = Double(step) / 20
      #expect(ColorMap.diverging.lab(0.5 - distance).b < -1)
      #expect(ColorMap.diverging.lab(0.5 + distance).b > 1)
    }
  }

  @Test func valuesOutsideTakeTheEnds() {
    for map in Self.maps {
      #expect(map.color(-3) == map.color(0))
      #expect(map.color(.infinity) == map.color(1))
      #expect(map.color(.nan) == Palette.missing)
    }
  }

  @Test func labOfWhiteAndBlack() {
    let white = Color(lab: LabColor(lightness: 100, a: 0, b: 0))
    #expect(abs(white.red - 1) < 1e-3 && abs(white.green - 1) < 1e-3 && abs(white.blue - 1) < 1e-3)
    #expect(abs(Color(hex: 0x808080).lightness - 53.585) < 0.01)
  }
}

extension LabColor {
  /// Whether sRGB can show the colour.
  fileprivate var isDisplayable: Bool { linearRGB.allSatisfy { $0 > -1e-3 && $0 < 1 + 1e-3 } }
}

extension Color {
  /// The CIE lightness L*, from 0 to 100: how light the colour looks when it is printed in grey.
  fileprivate var lightness: Double {
    func linear(_ value: Double) -> Double {
      value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    let y = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    return y > 216.0 / 24389 ? 116 * cbrt(y) - 16 : y * 24389 / 27
  }
}
