/// A plot: a rectangle for the data and the two axes at its left and lower edges.
struct Panel: Sendable {
  /// The data's rectangle, without the axes.
  var frame: Rect
  var x: Axis
  var y: Axis
  /// The line above the data; may be empty.
  var heading = ""

  /// Lengths that every panel shares, in points.
  static let tickLength = 5.0
  static let tickGap = 4.0
  static let labelGap = 8.0
  static let headingGap = 7.0

  /// Where the data point (`x`, `y`) lies on the canvas.
  func point(_ x: Double, _ y: Double) -> Point {
    Point(x: frame.x + self.x.share(x) * frame.width, y: frame.maxY - self.y.share(y) * frame.height)
  }

  /// The room that a y axis takes to the left of the data.
  static func leftMargin(_ axis: Axis, _ text: TextMeasure) -> Double {
    var room = axis.ticks.isEmpty ? 0 : tickLength
    if axis.showsTickLabels, !axis.ticks.isEmpty {
      room += tickGap + text.width(axis.ticks.map(\.label), .tick)
    }
    if !axis.label.isEmpty { room += labelGap + TextStyle.label.lineHeight }
    return room.rounded(.up)
  }

  /// The room that an x axis takes below the data.
  static func bottomMargin(_ axis: Axis) -> Double {
    var room = axis.ticks.isEmpty ? 0 : tickLength
    if axis.showsTickLabels, !axis.ticks.isEmpty { room += tickGap + TextStyle.tick.lineHeight }
    if !axis.label.isEmpty { room += TextStyle.label.lineHeight + 2 }
    return room
  }

  /// The room that a heading takes above the data.
  static func topMargin(heading: String) -> Double {
    heading.isEmpty ? 0 : TextStyle.heading.lineHeight + headingGap
  }

  /// Everything that lies under the data: grid lines at the y axis' ticks.
  func drawGrid(on canvas: Canvas) {
    for tick in y.ticks {
      let place = canvas.crisp(point(x.lower, tick.value).y)
      canvas.stroke([Point(x: frame.x, y: place), Point(x: frame.maxX, y: place)], Palette.grid)
    }
  }

  /// A dashed line across the data.
  func drawThreshold(_ value: Double, on canvas: Canvas) {
    let height = canvas.crisp(point(x.lower, value).y)
    canvas.stroke(
      [Point(x: frame.x, y: height), Point(x: frame.maxX, y: height)], Palette.ink, width: 1.2, dash: [6, 4])
  }

  /// Everything that lies over or beside the data: axes, ticks, labels and the heading.
  func drawAxes(on canvas: Canvas) {
    let left = canvas.crisp(frame.x)
    let bottom = canvas.crisp(frame.maxY)
    canvas.stroke(
      [Point(x: left, y: frame.y), Point(x: left, y: bottom), Point(x: frame.maxX, y: bottom)], Palette.axis)
    if !heading.isEmpty {
      canvas.draw(heading, at: Point(x: frame.x, y: frame.y - Self.headingGap), .heading)
    }
    drawXAxis(on: canvas, bottom: bottom)
    drawYAxis(on: canvas, left: left)
  }

  private func drawXAxis(on canvas: Canvas, bottom: Double) {
    var below = frame.maxY
    if !x.ticks.isEmpty {
      for tick in x.ticks {
        let place = canvas.crisp(point(tick.value, y.lower).x)
        canvas.stroke(
          [Point(x: place, y: bottom), Point(x: place, y: bottom + Self.tickLength)], Palette.axis)
      }
      below += Self.tickLength
    }
    if x.showsTickLabels, !x.ticks.isEmpty {
      for tick in x.ticks {
        let place = Point(x: point(tick.value, y.lower).x, y: below + Self.tickGap)
        canvas.draw(tick.label, at: place, .tick, anchor: .top)
      }
      below += Self.tickGap + TextStyle.tick.lineHeight
    }
    if !x.label.isEmpty {
      canvas.draw(x.label, at: Point(x: frame.center.x, y: below + 3), .label, anchor: .top)
    }
  }

  private func drawYAxis(on canvas: Canvas, left: Double) {
    for tick in y.ticks {
      let place = point(x.lower, tick.value)
      let height = canvas.crisp(place.y)
      canvas.stroke([Point(x: left - Self.tickLength, y: height), Point(x: left, y: height)], Palette.axis)
      if y.showsTickLabels {
        let end = Point(x: frame.x - Self.tickLength - Self.tickGap, y: place.y)
        canvas.draw(tick.label, at: end, .tick, anchor: .right)
      }
    }
  }

  /// Draws the y axis' label with its middle `distance` left of the data, so that the labels of several
  /// panels stand in one line.
  func drawYLabel(on canvas: Canvas, distance: Double) {
    canvas.draw(
      y.label, at: Point(x: frame.x - distance, y: frame.center.y), .label, anchor: .middle, quarterTurn: true
    )
  }
}
