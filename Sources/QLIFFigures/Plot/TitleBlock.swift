/// A figure's title and the lines below it, broken to the figure's width.
package struct TitleBlock: Sendable {
  let title: [String]
  let subtitle: [String]
  /// The room it takes, the gap to the figure's body included.
  let height: Double

  /// The texts, broken to lines of at most `width` points.
  init(title: String, subtitle: String, width: Double, _ text: TextMeasure) {
    self.title = text.wrapped(title, .title, limit: width)
    self.subtitle = text.wrapped(subtitle, .subtitle, limit: width)
    let lines =
      Double(self.title.count) * TextStyle.title.lineHeight
      + Double(self.subtitle.count) * TextStyle.subtitle.lineHeight
    height = lines == 0 ? 0 : lines + 16
  }

  /// Draws the lines from `origin`, their top left corner, downwards.
  func draw(on canvas: Canvas, at origin: Point) {
    var y = origin.y
    for (lines, style) in [(title, TextStyle.title), (subtitle, TextStyle.subtitle)] {
      for line in lines {
        y += style.lineHeight
        canvas.draw(line, at: Point(x: origin.x, y: y - style.lineHeight * 0.27), style)
      }
    }
  }
}
