/// A picture that knows how large it must be and how to draw itself.
public protocol Figure {
  /// The first line.
  var title: String { get }
  /// The line below it, may be empty.
  var subtitle: String { get }
  /// The size in points that nothing of the figure exceeds.
  func size(_ text: TextMeasure) -> Size
  /// Draws the figure on a canvas of that size.
  func draw(on canvas: Canvas, _ text: TextMeasure)
}

extension Figure {
  /// The figure on a sheet of its own; `scale` pixels are one point.
  public func drawn(scale: Double = 1) throws(FigureError) -> Canvas {
    let text = try TextMeasure()
    let canvas = try Canvas(size: size(text), scale: scale)
    draw(on: canvas, text)
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
