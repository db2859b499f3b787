/// What a network sees, in the colours in which it is shown; row by row from the top.
package struct InputImage: Sendable {
  package let width: Int
  package let height: Int
  let colors: [Color]

  /// In shades of grey, from black for the lower end of the picture's range to white.
  package init(_ image: GreyImage) {
    let (lower, upper) = image.range
    width = image.width
    height = image.height
    colors = image.values.map { ColorMap.grey.color((Double($0) - lower) / (upper - lower)) }
  }

  /// In colour, from three pictures of values from 0 to 1. Nil where their sizes differ.
  package init?(red: GreyImage, green: GreyImage, blue: GreyImage) {
    for image in [green, blue] where image.width != red.width || image.height != red.height { return nil }
    width = red.width
    height = red.height
    colors = red.values.indices.map { place in
      Color(
        red: Double(red.values[place]), green: Double(green.values[place]), blue: Double(blue.values[place]))
    }
  }

  /// The size at which it is shown: whole points per pixel as far as it fits.
  func size(within limit: Double) -> Size {
    let side = Double(max(width, height))
    let zoom = side <= limit ? (limit / side).rounded(.down) : limit / side
    return Size(width: Double(width) * zoom, height: max(1, Double(height) * zoom))
  }

  /// Draws the picture with sharp pixels and a thin border, and the lines of its caption below it.
  func draw(on canvas: Canvas, in rect: Rect, caption: [String]) {
    canvas.draw(colors, rows: height, columns: width, in: rect)
    canvas.stroke(rect, Palette.axis)
    for (index, line) in caption.enumerated() {
      let y = rect.maxY + 6 + Double(index) * TextStyle.note.lineHeight
      canvas.draw(line, at: Point(x: rect.x, y: y), .note, anchor: Anchor(x: 0, y: 0))
    }
  }
}
