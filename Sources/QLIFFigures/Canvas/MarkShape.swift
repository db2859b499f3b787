import Glibc

/// The form of a mark, which tells marks apart where colours do not.
enum MarkShape: Sendable {
  case disc, square, diamond
  /// Of five points.
  case star

  /// Draws the mark with a dark outline and a white rim, so that it stands out from what lies below.
  func draw(on canvas: Canvas, at center: Point, radius: Double, _ color: Color) {
    for (color, growth) in [(Palette.paper, 2.6), (Palette.ink, 1.3), (color, 0)] {
      switch self {
      case .disc: canvas.fillCircle(center, radius: radius + growth, color)
      default: canvas.fill(corners(center, radius + growth * 1.3), color)
      }
    }
  }

  private func corners(_ center: Point, _ radius: Double) -> [Point] {
    let radii =
      switch self {
      case .disc, .square: [radius]
      case .diamond: [radius * 1.25]
      case .star: [radius * 1.5, radius * 0.65]
      }
    let count = self == .star ? 10 : 4
    let first = self == .square ? -0.75 * Double.pi : -0.5 * Double.pi
    return (0..<count).map { corner in
      let angle = first + 2 * Double.pi * Double(corner) / Double(count)
      let distance = radii[corner % radii.count]
      return Point(x: center.x + distance * cos(angle), y: center.y + distance * sin(angle))
    }
  }
}
