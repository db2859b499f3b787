/// What can go wrong while a figure is drawn. Every description is one line.
package enum FigureError: Error, Equatable, CustomStringConvertible {
  /// The picture would have more pixels than a PNG of this library may have.
  case tooLarge(width: Double, height: Double)
  /// Arrays that do not fit together or an empty figure; says which and what was expected.
  case invalid(String)
  /// cairo or libpng could not do its work.
  case drawing(String)

  /// One line for a person.
  package var description: String {
    switch self {
    case .tooLarge(let width, let height):
      let size = "\(formatted(width, decimals: 0)) x \(formatted(height, decimals: 0))"
      return "the picture would have \(size) pixels, more than \(Canvas.largestSide) on a side or "
        + "\(Canvas.largestArea / 1_000_000) million in all: draw less or use a smaller scale"
    case .invalid(let reason): return reason
    case .drawing(let reason): return "cannot draw the picture: \(reason)"
    }
  }
}
