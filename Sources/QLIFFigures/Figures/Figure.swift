/// A picture that knows how large it must be and how to draw itself.
package protocol Figure {
  associatedtype Arrangement: FigureArrangement
  /// The first line.
  var title: String { get }
  /// The line below it, may be empty.
  var subtitle: String { get }
  /// Where everything goes.
  func arrangement(_ text: TextMeasure) -> Arrangement
  /// Draws all but the title on a canvas of the arrangement's size.
  func draw(_ place: Arrangement, on canvas: Canvas, _ text: TextMeasure)
}

/// Where everything of a figure goes.
package protocol FigureArrangement {
  /// In points; nothing of the figure exceeds it.
  var size: Size { get }
  var title: TitleBlock { get }
}

extension Figure {
  /// The figure on a sheet of its own; `scale` pixels are one point.
  package func drawn(scale: Double = 1) throws(FigureError) -> Canvas {
    let text = try TextMeasure()
    let place = arrangement(text)
    let canvas = try Canvas(size: place.size, scale: scale)
    place.title.draw(on: canvas, at: Point(x: Spacing.margin, y: Spacing.margin))
    draw(place, on: canvas, text)
    return canvas
  }
}

/// Lengths that all figures share, in points.
enum Spacing {
  /// Around the whole figure.
  static let margin = 24.0
  /// Between things that belong together.
  static let gap = 12.0
  /// Between panels.
  static let panel = 26.0
}
