/// A scale of colours from 0 to 1, interpolated between stops in CIE L*a*b*.
///
/// Source of the tables: made for this library, not copied. Each stop is a lightness, a chroma and a
/// hue inside the sRGB gamut, and lightness rises or falls by the same amount from stop to stop. So
/// equal steps of a value look equally large, and the order survives a grey print and any colour
/// vision, as in the maps of Nunez, Anderton and Renslow (PLoS ONE 13, e0199239, 2018).
struct ColorMap: Sendable {
  /// The colours at equal distances from 0 to 1; at least two.
  let stops: [LabColor]

  /// The colour of `value`; values outside 0 to 1 take the end's colour, NaN that of missing values.
  func color(_ value: Double) -> Color {
    value.isNaN ? Palette.missing : Color(lab: lab(value))
  }

  /// The colour of `value` in L*a*b*.
  func lab(_ value: Double) -> LabColor {
    let place = min(max(value, 0), 1) * Double(stops.count - 1)
    let index = min(Int(place), stops.count - 2)
    return stops[index].mixed(with: stops[index + 1], place - Double(index))
  }

  /// For signed values: blue below, grey at the middle, yellow above. The axis from blue to yellow is the
  /// one that red-green blindness leaves alone, and lightness rises all the way: in grey, below is
  /// darker than the middle and above is lighter, where a map with a white middle would lose the sign.
  static let diverging = ColorMap(stops: [
    LabColor(lightness: 26, chroma: 50, hue: 290),
    LabColor(lightness: 43.5, chroma: 55, hue: 284),
    LabColor(lightness: 61, chroma: 0, hue: 0),
    LabColor(lightness: 78.5, chroma: 68, hue: 82),
    LabColor(lightness: 96, chroma: 36, hue: 103),
  ])

  /// For amounts: from nearly white through green and blue to dark.
  static let sequential = ColorMap(stops: [
    LabColor(lightness: 98, chroma: 3, hue: 110),
    LabColor(lightness: 78, chroma: 34, hue: 165),
    LabColor(lightness: 58, chroma: 32, hue: 225),
    LabColor(lightness: 38, chroma: 38, hue: 275),
    LabColor(lightness: 18, chroma: 34, hue: 295),
  ])

  /// For the order of events: from bright yellow through red to dark violet, every colour clear of the paper.
  static let time = ColorMap(stops: [
    LabColor(lightness: 85, chroma: 60, hue: 88),
    LabColor(lightness: 69, chroma: 62, hue: 58),
    LabColor(lightness: 53, chroma: 62, hue: 25),
    LabColor(lightness: 37, chroma: 52, hue: 345),
    LabColor(lightness: 21, chroma: 42, hue: 308),
  ])

  /// From black to white, for pictures.
  static let grey = ColorMap(stops: [
    LabColor(lightness: 0, a: 0, b: 0), LabColor(lightness: 100, a: 0, b: 0),
  ])
}
