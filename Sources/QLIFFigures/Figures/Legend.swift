/// One row that explains lines and marks.
struct Legend: Sendable {
  /// How an entry's sample is drawn.
  enum Mark: Sendable {
    /// A line; `dash` gives the lengths of dashes and gaps.
    case line(Color, width: Double, dash: [Double])
    /// A line with a white core.
    case tube(Color, width: Double)
    case disc(Color, radius: Double)
    /// A mark with an outline.
    case shape(MarkShape, Color, radius: Double)
  }

  struct Entry: Sendable {
    var mark: Mark
    var name: String

    init(_ mark: Mark, _ name: String) {
      self.mark = mark
      self.name = name
    }
  }

  var entries: [Entry]

  static let sample = 26.0
  static let gap = 8.0
  static let between = 26.0

  /// The room the row takes, the gap below it included.
  static let height = TextStyle.note.lineHeight + 10

  init(_ entries: [Entry]) {
    self.entries = entries
  }

  /// The length of the row.
  func width(_ text: TextMeasure) -> Double {
    entries.reduce(-Self.between) { $0 + Self.sample + Self.gap + text.width($1.name, .note) + Self.between }
  }

  /// Draws the row to the right of `origin`, its top left corner.
  func draw(on canvas: Canvas, at origin: Point) {
    var x = origin.x
    let y = canvas.crisp(origin.y + TextStyle.note.lineHeight / 2)
    for entry in entries {
      switch entry.mark {
      case .line(let color, let width, let dash):
        canvas.stroke([Point(x: x, y: y), Point(x: x + Self.sample, y: y)], color, width: width, dash: dash)
      case .tube(let color, let width):
        let line = [Point(x: x, y: y), Point(x: x + Self.sample, y: y)]
        canvas.stroke(line, color, width: width)
        canvas.stroke(line, Palette.paper, width: width / 3)
      case .disc(let color, let radius):
        canvas.fillCircle(Point(x: x + Self.sample / 2, y: y), radius: radius, color)
      case .shape(let shape, let color, let radius):
        shape.draw(on: canvas, at: Point(x: x + Self.sample / 2, y: y), radius: radius, color)
      }
      x += Self.sample + Self.gap
      canvas.draw(entry.name, at: Point(x: x, y: y), .note, anchor: .left)
      x += canvas.width(of: entry.name, .note) + Self.between
    }
  }
}
