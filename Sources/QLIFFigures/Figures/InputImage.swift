/// What a network sees, in the colours in which it is shown; row by row from the top.
public struct InputImage: Sendable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  let colors: [Color]

  /// In shades of grey, from black for the lower end of the picture's range to white.
  public init(_ image: GreyImage) {
    let (lower, upper) = image.range
    width = image.width
    height = image.height
    colors = image.values.map { ColorMap.grey.color((Double($0) - lower) / (upper - lower)) }
  }

  /// In colour, from three pictures of values from 0 to 1. Nil where their sizes differ.
  public init?(red: GreyImage, green: GreyImage, blue: GreyImage) {
    for image in [green, blue] where image.width != red.width || image.height != red.height { return nil }
    width = red.width
    height = red.height
    colors = red.values.indices.map { place in
      Color(
        red: Double(red.values[place]), green: Double(green.values[place]), blue: Double(blue.values[place]))
    }
  }

  /// Draws the picture with sharp pixels and a thin border.
  func draw(on canvas: Canvas, in rect: Rect) {
    canvas.draw(colors, rows: height, columns: width, in: rect)
    canvas.stroke(rect, Palette.axis)
  }
}
