import Glibc

/// The way of a qubit through the Bloch ball, coloured by time, and below it the population over time.
package struct BlochFigure: Figure {
  /// What a part of the way shows; each is drawn in its own manner.
  package enum Kind: String, CaseIterable, Sendable {
    /// An input spike's rotation, or any way without a name.
    case drive
    /// A wait, or a rotation back: a line with a white core.
    case leak
    /// What only brings the qubit to where it was: thin and grey.
    case memory
    /// What leaves it where it is.
    case rest
    /// A jump: dotted.
    case reset

    /// Whether it shows where the neuron goes, and when; the others only lead back to where it was.
    package var isColoured: Bool { self == .drive || self == .leak }
  }

  package struct Segment: Sendable {
    package var kind: Kind
    package var points: [BlochPoint]
    /// When the qubit is at each point.
    package var times: [Double]

    package init(kind: Kind, points: [BlochPoint], times: [Double]) {
      self.kind = kind
      self.points = points
      self.times = times
    }
  }

  /// What was measured at the end of a step.
  package struct Reading: Sendable {
    package var time: Double
    /// The population that was read.
    package var alpha: Double
    package var isSpike: Bool

    package init(time: Double, alpha: Double, isSpike: Bool) {
      self.time = time
      self.alpha = alpha
      self.isSpike = isSpike
    }
  }

  package var title: String
  package var subtitle: String
  /// What time is counted in.
  package var timeLabel: String
  /// The population above which the neuron fires, as a circle and a line; nil: none is drawn.
  package var threshold: Double?
  /// From where one looks at the sphere, degrees.
  package var azimuth: Double
  /// From how high, degrees above the equator.
  package var elevation: Double
  let segments: [Segment]
  let readings: [Reading]
  let times: ClosedRange<Double>

  /// More points than these take too long to draw.
  package static let mostPoints = 2_000_000

  /// There must be a point; all must be finite, and in the ball but for rounding.
  package init(
    title: String, subtitle: String = "", timeLabel: String = "time (steps)", threshold: Double? = nil,
    azimuth: Double = -30, elevation: Double = 18, segments: [Segment], readings: [Reading] = []
  ) throws(FigureError) {
    var count = 0
    for segment in segments {
      guard segment.points.count == segment.times.count, !segment.points.isEmpty else {
        throw .invalid(
          "a part of the path has \(segment.points.count) points and \(segment.times.count) times")
      }
      for point in segment.points {
        let length = point.x * point.x + point.y * point.y + point.z * point.z
        // Written so that NaN fails, too.
        guard length <= 1.0001 else {
          throw .invalid(
            "point \(count) of the path, (\(point.x), \(point.y), \(point.z)), is no Bloch vector: expected a length of at most 1"
          )
        }
        count += 1
      }
    }
    let times = segments.flatMap(\.times) + readings.map(\.time)
    guard let first = times.min(), let last = times.max(), first.isFinite, last.isFinite, count > 0 else {
      throw .invalid("there is no path to draw")
    }
    guard count <= Self.mostPoints else {
      throw .invalid("\(count) points are more than the \(Self.mostPoints) that one figure shows")
    }
    self.title = title
    self.subtitle = subtitle
    self.timeLabel = timeLabel
    self.threshold = threshold
    self.azimuth = azimuth
    self.elevation = elevation
    self.segments = segments
    self.readings = readings
    self.times = first...max(last, first + 1e-9)
  }

  package struct Arrangement: FigureArrangement {
    package var size: Size
    package var title: TitleBlock
    var sphere: SphereView
    var bar: ColorBar
    var legend: Point
    var panel: Panel
    var labelDistance: Double
  }

  private static let radius = 210.0
  /// Around the sphere, for the axes' names.
  private static let labelRoom = 30.0

  package func arrangement(_ text: TextMeasure) -> Arrangement {
    let side = 2 * (Self.radius + Self.labelRoom)
    let isCount = times.lowerBound.rounded() == times.lowerBound && times.upperBound > times.lowerBound + 1
    func ticks(_ maximum: Int) -> [Tick] {
      isCount
        ? Ticks.whole(Int(times.lowerBound), Int(times.upperBound.rounded()), maximum: maximum)
        : Ticks.nice(times.lowerBound, times.upperBound, maximum: maximum)
    }
    let time = Axis(lower: times.lowerBound, upper: times.upperBound, ticks: ticks(8), label: timeLabel)
    let barX = Spacing.margin + side
    let legendX = barX + 18 + ColorBar.rightMargin(time, text) + Spacing.panel
    let legendWidth = entries.map { Legend([$0]).width(text) }.max() ?? 0
    let right = (legendX + legendWidth).rounded(.up)
    let block = TitleBlock(title: title, subtitle: subtitle, width: right - Spacing.margin, text)
    let top = Spacing.margin + block.height
    let center = Point(x: Spacing.margin + side / 2, y: top + side / 2)

    let y = Axis(
      lower: -0.04, upper: 1.06, ticks: [0, 0.5, 1].map { Tick(value: $0, label: formatted($0)) },
      label: "population α")
    let left = Panel.leftMargin(y, text)
    let room = (times.upperBound - times.lowerBound) * 0.012
    let x = Axis(
      lower: times.lowerBound - room, upper: times.upperBound + room, ticks: ticks(Int((right - left) / 45)),
      label: timeLabel)
    let frame = Rect(
      x: Spacing.margin + left, y: (top + side + Spacing.gap).rounded(), width: right - Spacing.margin - left,
      height: 130)
    return Arrangement(
      size: Size(
        width: right + Spacing.margin, height: frame.maxY + Panel.bottomMargin(x) + Spacing.margin),
      title: block,
      sphere: SphereView(azimuth: azimuth, elevation: elevation, center: center, radius: Self.radius),
      bar: ColorBar(
        frame: Rect(x: barX, y: center.y - 150, width: 18, height: 300), map: .time, axis: time),
      legend: Point(x: legendX, y: center.y - Double(entries.count) * Legend.height / 2),
      panel: Panel(frame: frame, x: x, y: y), labelDistance: left - TextStyle.label.lineHeight / 2)
  }

  /// More marks than these would hide the way.
  private var marksSteps: Bool { readings.count <= 100 }

  // MARK: The legend

  private var entries: [Legend.Entry] {
    let middle = ColorMap.time.color(0.5)
    var entries: [Legend.Entry] = []
    let isNamed = segments.contains { $0.kind != .drive } || !readings.isEmpty
    for kind in Kind.allCases where segments.contains(where: { $0.kind == kind }) {
      switch kind {
      case .drive:
        entries.append(.init(.line(middle, width: 3.4, dash: []), isNamed ? "drive, RX(θ)" : "path"))
      case .leak: entries.append(.init(.tube(middle, width: 5), "leak"))
      case .memory:
        entries.append(.init(.line(Palette.axis, width: 1.3, dash: []), "memory prepared, RX(φ)"))
      case .rest: entries.append(.init(.line(Palette.plain, width: 1.3, dash: []), "at rest"))
      case .reset: entries.append(.init(.line(Palette.axis, width: 1.3, dash: [2, 4]), "reset to |0⟩"))
      }
    }
    if !readings.isEmpty {
      if marksSteps { entries.append(.init(.shape(.disc, middle, radius: 4), "end of a step")) }
      if readings.contains(where: \.isSpike) {
        entries.append(.init(.shape(.star, Palette.sky, radius: 7), "spike"))
      }
    }
    entries.append(.init(.shape(.square, Palette.paper, radius: 7), "start"))
    entries.append(.init(.shape(.diamond, Palette.ink, radius: 5.5), "end"))
    if let threshold {
      entries.append(
        .init(.line(Palette.ink, width: 1.2, dash: [6, 4]), "threshold α = \(formatted(threshold))"))
    }
    return entries
  }

  // MARK: Drawing

  package func draw(_ place: Arrangement, on canvas: Canvas, _ text: TextMeasure) {
    drawSphere(place.sphere, on: canvas)
    place.bar.draw(on: canvas, text)
    for (index, entry) in entries.enumerated() {
      let origin = Point(x: place.legend.x, y: place.legend.y + Double(index) * Legend.height)
      Legend([entry]).draw(on: canvas, at: origin)
    }
    drawPopulation(place.panel, on: canvas)
    place.panel.drawYLabel(on: canvas, distance: place.labelDistance)
  }

  private func color(_ time: Double) -> Color {
    ColorMap.time.color((time - times.lowerBound) / (times.upperBound - times.lowerBound))
  }

  private func drawSphere(_ view: SphereView, on canvas: Canvas) {
    view.drawBall(on: canvas)
    if let threshold {
      let z = 1 - 2 * threshold
      let across = max(0, 1 - z * z).squareRoot()
      view.drawCircle(on: canvas, Palette.ink, width: 1.2, dash: [6, 4]) {
        BlochPoint(x: across * cos($0), y: across * sin($0), z: z)
      }
    }
    view.drawLabels(on: canvas)
    let lines = segments.map { $0.points.map(view.point) }
    // What only repeats lies below what is new.
    for (segment, line) in zip(segments, lines) where [.memory, .reset].contains(segment.kind) {
      canvas.stroke(line, Palette.axis, width: 1.3, dash: segment.kind == .reset ? [2, 4] : [])
    }
    for (segment, line) in zip(segments, lines) where segment.kind.isColoured {
      // After a spike the way begins again: what comes later is drawn thinner, so that both are seen.
      let passes = readings.count { $0.isSpike && $0.time >= segment.times[segment.times.count - 1] }
      draw(line, segment, on: canvas, wider: 2.6 * Double(min(passes, 5)))
    }
    for reading in readings {
      guard let end = point(at: reading.time).map(view.point) else { continue }
      if reading.isSpike {
        MarkShape.star.draw(on: canvas, at: end, radius: 7, Palette.sky)
      } else if marksSteps {
        MarkShape.disc.draw(on: canvas, at: end, radius: 4, color(reading.time))
      }
    }
    // A spike that is the end, too, is seen around it.
    if let start = lines.first?.first {
      MarkShape.square.draw(on: canvas, at: start, radius: 8, Palette.paper)
    }
    if let end = lines.last?.last {
      MarkShape.diamond.draw(on: canvas, at: end, radius: 4.5, Palette.ink)
    }
  }

  /// Where the way is at the end of a step.
  private func point(at time: Double) -> BlochPoint? {
    segments.last { $0.kind.isColoured && $0.times.last == time }?.points.last
  }

  /// Draws a coloured part of the way in pieces of one colour each.
  private func draw(_ line: [Point], _ segment: Segment, on canvas: Canvas, wider: Double = 0) {
    let width = (segment.kind == .leak ? 5 : 3.4) + wider
    if !readings.contains(where: \.isSpike) {
      canvas.stroke(line, Color(red: 1, green: 1, blue: 1, alpha: 0.7), width: width + 2.6)
    }
    let pieces = max(1, min(line.count - 1, 24))
    for piece in 0..<pieces {
      let first = (line.count - 1) * piece / pieces
      // One point into the next piece, so that no seam is seen.
      let last = min(line.count - 1, (line.count - 1) * (piece + 1) / pieces + 1)
      let color = color((segment.times[first] + segment.times[last]) / 2)
      canvas.stroke(Array(line[first...last]), color, width: width)
    }
    if segment.kind == .leak { canvas.stroke(line, Palette.paper, width: width / 3) }
  }

  private func drawPopulation(_ panel: Panel, on canvas: Canvas) {
    panel.drawGrid(on: canvas)
    if let threshold { panel.drawThreshold(threshold, on: canvas) }
    for reading in readings where reading.isSpike && reading.time < times.upperBound {
      canvas.stroke(
        [panel.point(reading.time, reading.alpha), panel.point(reading.time, 0)], Palette.axis, width: 1.3,
        dash: [2, 4])
    }
    for segment in segments {
      let line = zip(segment.times, segment.points).map { panel.point($0, $1.population) }
      if segment.kind.isColoured {
        draw(line, segment, on: canvas)
      } else if segment.kind == .rest {
        canvas.stroke(line, Palette.plain, width: 1.3)
      }
    }
    let pitch = panel.frame.width / Double(max(readings.count, 1))
    for reading in readings {
      let place = panel.point(reading.time, min(max(reading.alpha, -0.04), 1.06))
      if reading.isSpike {
        MarkShape.star.draw(on: canvas, at: place, radius: min(6, max(2, pitch / 4)), Palette.sky)
      } else if marksSteps, pitch >= 7 {
        MarkShape.disc.draw(on: canvas, at: place, radius: 3, color(reading.time))
      }
    }
    panel.drawAxes(on: canvas)
  }
}
