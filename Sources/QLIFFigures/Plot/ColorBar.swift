/// An upright bar that says which value a colour stands for.
struct ColorBar: Sendable {
  /// The colours' rectangle, without numbers and label.
  var frame: Rect
  var map: ColorMap
  /// The values at the lower and upper end, the numbers beside the bar, and its label.
  var axis: Axis

  static let tickLength = 5.0

  /// The room to the right of the colours that numbers and label take.
  static func rightMargin(_ axis: Axis, _ text: TextMeasure) -> Double {
    let numbers = tickLength + 4 + text.width(axis.ticks.map(\.label), .tick)
    return (numbers + (axis.label.isEmpty ? 0 : 10 + TextStyle.label.lineHeight)).rounded(.up)
  }

  /// Draws the bar; `text` measures the numbers, so that the label stands clear of them.
  func draw(on canvas: Canvas, _ text: TextMeasure) {
    let rows = 256
    let colors = (0..<rows).map { map.color(1 - (Double($0) + 0.5) / Double(rows)) }
    canvas.draw(colors, rows: rows, columns: 1, in: frame)
    canvas.stroke(frame, Palette.axis)
    for tick in axis.ticks {
      let y = canvas.crisp(frame.maxY - axis.share(tick.value) * frame.height)
      canvas.stroke([Point(x: frame.maxX, y: y), Point(x: frame.maxX + Self.tickLength, y: y)], Palette.axis)
      canvas.draw(
        tick.label, at: Point(x: frame.maxX + Self.tickLength + 4, y: y), .tick, anchor: .left)
    }
    let middle = Self.rightMargin(axis, text) - TextStyle.label.lineHeight / 2
    canvas.draw(
      axis.label, at: Point(x: frame.maxX + middle, y: frame.center.y), .label, anchor: .middle,
      quarterTurn: true)
  }
}
