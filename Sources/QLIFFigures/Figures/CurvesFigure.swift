import Glibc

/// Lines in one or several plots side by side, with one legend: loss and accuracy over the epochs, ROC
/// curves.
public struct CurvesFigure: Figure {
  /// One line.
  public struct Line: Sendable {
    /// What it shows. Lines of one name look alike in every plot, and the legend has the name once.
    public var name: String
    /// Its points, from the left; a gap where a value is not finite.
    public var points: [Point]
    /// The lowest and highest value at each point, drawn as a pale band; may be empty.
    public var band: [(lower: Double, upper: Double)]
    /// Drawn thick and black, such as a mean among its parts.
    public var isStrong: Bool
    /// The name of the line that this one is a level of: it has its colour, dotted and without marks.
    public var levelOf: String?

    /// A line through these points.
    public init(
      name: String, points: [Point], band: [(lower: Double, upper: Double)] = [], isStrong: Bool = false,
      levelOf: String? = nil
    ) {
      self.name = name
      self.points = points
      self.band = band
      self.isStrong = isStrong
      self.levelOf = levelOf
    }
  }

  /// One plot.
  public struct Plot: Sendable {
    /// The line above it, may be empty.
    public var heading: String
    /// What the axes show.
    public var xLabel: String
    public var yLabel: String
    /// The values that the axes span; nil for those of the data.
    public var x: ClosedRange<Double>?
    public var y: ClosedRange<Double>?
    /// Whether the x axis counts, as with epochs.
    public var countsX: Bool
    /// Whether the x axis shows factors; points at or below 0 have no place on it.
    public var isLogarithmic: Bool
    /// Whether a line of chance goes from corner to corner, as in a ROC plot.
    public var hasDiagonal: Bool
    /// The lines, from below.
    public var lines: [Line]

    /// A plot of these lines.
    public init(
      heading: String = "", xLabel: String, yLabel: String, x: ClosedRange<Double>? = nil,
      y: ClosedRange<Double>? = nil, countsX: Bool = false, isLogarithmic: Bool = false,
      hasDiagonal: Bool = false, lines: [Line]
    ) {
      self.heading = heading
      self.xLabel = xLabel
      self.yLabel = yLabel
      self.x = x
      self.y = y
      self.countsX = countsX
      self.isLogarithmic = isLogarithmic
      self.hasDiagonal = hasDiagonal
      self.lines = lines
    }
  }

  /// More lines than these cannot be told apart.
  public static let mostLines = 24
  /// The lengths of dashes and gaps: with the colours, twelve different lines, of which neighbours differ
  /// in form, too.
  static let dashes: [[Double]] = [[], [8, 4], [2, 3], [10, 3, 2, 3]]

  /// The first line.
  public var title: String
  /// The line below it, may be empty.
  public var subtitle: String
  /// From the left, three in a row.
  public let plots: [Plot]
  /// The names in the legend, in order.
  let names: [String]

  /// There must be at least one plot, and a point in each.
  public init(title: String, subtitle: String = "", plots: [Plot]) throws(FigureError) {
    guard !plots.isEmpty else { throw .invalid("there are no curves to draw") }
    var names: [String] = []
    for plot in plots {
      guard plot.lines.contains(where: { $0.points.contains(where: Self.isFinite) }) else {
        throw .invalid("a plot\(plot.heading.isEmpty ? "" : " of " + plot.heading) has no points to draw")
      }
      for line in plot.lines {
        guard line.band.isEmpty || line.band.count == line.points.count else {
          throw .invalid("the band of \(line.name) has another length than its line")
        }
        if !names.contains(line.name) { names.append(line.name) }
      }
    }
    guard names.count <= Self.mostLines else {
      throw .invalid("\(names.count) lines are more than the \(Self.mostLines) that one figure shows")
    }
    self.title = title
    self.subtitle = subtitle
    self.plots = plots
    self.names = names
  }

  private static func isFinite(_ point: Point) -> Bool { point.x.isFinite && point.y.isFinite }

  /// Where everything goes.
  package struct Arrangement {
    package var size: Size
    package var title: TitleBlock
    package var panels: [Panel]
    package var legend: Rect?
    var labelDistance: Double
  }

  /// The size in points that nothing of the figure exceeds.
  public func size(_ text: TextMeasure) -> Size { arrangement(text).size }

  package func arrangement(_ text: TextMeasure) -> Arrangement {
    let columns = min(plots.count, 3)
    let frame =
      columns == 1
      ? Size(width: 640, height: 400)
      : columns == 2 ? Size(width: 430, height: 340) : Size(width: 320, height: 280)
    let pairs = plots.map { axes(of: $0, size: frame) }
    let left = pairs.map { Panel.leftMargin($0.y, text) }.max() ?? 0
    let headingRoom = plots.contains { !$0.heading.isEmpty } ? Panel.topMargin(heading: "x") : 0
    let bottomRoom = pairs.map { Panel.bottomMargin($0.x) }.max() ?? 0
    let pitch = Size(
      width: left + frame.width + Spacing.panel, height: headingRoom + frame.height + bottomRoom + 16)
    let rows = (plots.count + columns - 1) / columns

    // One line needs no legend if the title says what it is.
    let entries = entries
    let legendX = Spacing.margin + Double(columns) * pitch.width
    let legendWidth = entries.map { Legend([$0]).width(text) }.max() ?? 0
    let right = names.count > 1 ? legendX + legendWidth : legendX - Spacing.panel
    let block = TitleBlock(title: title, subtitle: subtitle, width: right - Spacing.margin, text)
    let top = Spacing.margin + block.height
    let panels = plots.indices.map { index in
      let frame = Rect(
        x: (Spacing.margin + Double(index % columns) * pitch.width + left).rounded(),
        y: (top + Double(index / columns) * pitch.height + headingRoom).rounded(), width: frame.width,
        height: frame.height)
      return Panel(frame: frame, x: pairs[index].x, y: pairs[index].y, heading: plots[index].heading)
    }
    let legend =
      names.count > 1
      ? Rect(
        x: legendX, y: top + headingRoom, width: legendWidth, height: Double(entries.count) * Legend.height)
      : nil
    let bottom = max(top + Double(rows) * pitch.height - 16, legend?.maxY ?? 0)
    return Arrangement(
      size: Size(width: right.rounded(.up) + Spacing.margin, height: bottom.rounded(.up) + Spacing.margin),
      title: block, panels: panels, legend: legend, labelDistance: left - TextStyle.label.lineHeight / 2)
  }

  private func axes(of plot: Plot, size: Size) -> (x: Axis, y: Axis) {
    let points = plot.lines.flatMap(\.points).filter(Self.isFinite)
    let values =
      points.map(\.y)
      + plot.lines.flatMap(\.band).flatMap { [$0.lower, $0.upper] }.filter(\.isFinite)
    let x =
      plot.x
      ?? (plot.isLogarithmic
        ? Self.factors(points.map(\.x)) : Self.span(points.map(\.x), margin: plot.countsX ? 0.02 : 0))
    let y = plot.y ?? Self.span(values, margin: 0.05)
    let xTicks: [Tick]
    let first = Int(max(x.lowerBound.rounded(.up), -1e9))
    let last = Int(min(x.upperBound.rounded(.down), 1e9))
    // Less than an epoch is marked in parts of it.
    if plot.isLogarithmic {
      xTicks = Ticks.powers(x.lowerBound, x.upperBound, maximum: Int(size.width / 60))
    } else if plot.countsX, first < last || points.allSatisfy({ $0.x == $0.x.rounded() }) {
      xTicks = Ticks.whole(first, last, maximum: Int(size.width / 45))
    } else {
      xTicks = Ticks.nice(x.lowerBound, x.upperBound, maximum: Int(size.width / 60))
    }
    let yTicks = Ticks.nice(y.lowerBound, y.upperBound, maximum: Int(size.height / 45))
    return (
      Axis(
        x.lowerBound, x.upperBound, ticks: xTicks, label: plot.xLabel, isLogarithmic: plot.isLogarithmic),
      Axis(y.lowerBound, y.upperBound, ticks: yTicks, label: plot.yLabel, showsGrid: true)
    )
  }

  /// The range of values with a margin on both sides, and some room where all are the same.
  private static func span(_ values: [Double], margin: Double) -> ClosedRange<Double> {
    guard let lower = values.min(), let upper = values.max() else { return 0...1 }
    let room = upper > lower ? (upper - lower) * margin : max(abs(upper) * 0.1, 0.5)
    return (lower - room)...(upper + room)
  }

  /// The range of values above 0, with a margin that is a factor.
  private static func factors(_ values: [Double]) -> ClosedRange<Double> {
    let known = values.filter { $0 > 0 }
    guard let lower = known.min(), let upper = known.max() else { return 0.1...1 }
    let factor = upper > lower ? pow(upper / lower, 0.04) : 2
    return (lower / factor)...(upper * factor)
  }

  private struct Look {
    var color: Color
    var width: Double
    var dash: [Double]
  }

  private func look(of name: String, isStrong: Bool) -> Look {
    if isStrong { return Look(color: Palette.ink, width: 3, dash: []) }
    if let base = level(of: name) {
      return Look(color: look(of: base, isStrong: false).color, width: 1.6, dash: [2, 4])
    }
    let weak = names.filter { name in
      level(of: name) == nil && !plots.contains { $0.lines.contains { $0.name == name && $0.isStrong } }
    }
    let index = weak.firstIndex(of: name) ?? 0
    return Look(
      color: Palette.series[index % Palette.series.count], width: 2,
      dash: Self.dashes[index % Self.dashes.count])
  }

  /// The line that the one of this name is a level of.
  private func level(of name: String) -> String? {
    plots.lazy.flatMap(\.lines).first { $0.name == name }?.levelOf
  }

  private var entries: [Legend.Entry] {
    names.map { name in
      let isStrong = plots.contains { $0.lines.contains { $0.name == name && $0.isStrong } }
      let look = look(of: name, isStrong: isStrong)
      return .init(.line(look.color, width: look.width, dash: look.dash), name)
    }
  }

  /// Draws the figure on a canvas of that size.
  public func draw(on canvas: Canvas, _ text: TextMeasure) {
    let place = arrangement(text)
    place.title.draw(on: canvas, at: Point(x: Spacing.margin, y: Spacing.margin))
    for (plot, panel) in zip(plots, place.panels) {
      panel.drawGrid(on: canvas)
      // A line's width may lie over the frame, so that a value at its end is seen.
      let room = Rect(
        x: panel.frame.x - 2, y: panel.frame.y - 2, width: panel.frame.width + 4,
        height: panel.frame.height + 4)
      canvas.clipped(to: room) {
        if plot.hasDiagonal {
          canvas.stroke([panel.point(0, 0), panel.point(1, 1)], Palette.plain, width: 1.2, dash: [3, 4])
        }
        for line in plot.lines { drawBand(line, panel, on: canvas) }
        for line in plot.lines { draw(line, panel, on: canvas) }
      }
      panel.drawAxes(on: canvas)
      panel.drawYLabel(on: canvas, distance: place.labelDistance)
    }
    if let legend = place.legend {
      for (index, entry) in entries.enumerated() {
        let origin = Point(x: legend.x, y: legend.y + Double(index) * Legend.height)
        Legend([entry]).draw(on: canvas, at: origin)
      }
    }
  }

  private func drawBand(_ line: Line, _ panel: Panel, on canvas: Canvas) {
    guard !line.band.isEmpty else { return }
    var color = look(of: line.name, isStrong: line.isStrong).color
    color.alpha = 0.15
    let known = zip(line.points, line.band).filter {
      $0.0.x.isFinite && $0.1.lower.isFinite && $0.1.upper.isFinite
    }
    canvas.fill(
      known.map { panel.point($0.0.x, $0.1.upper) }
        + known.reversed().map { panel.point($0.0.x, $0.1.lower) },
      color)
  }

  private func draw(_ line: Line, _ panel: Panel, on canvas: Canvas) {
    let look = look(of: line.name, isStrong: line.isStrong)
    // Few points are marked, many would hide the line; a single one has no line at all.
    let isMarked = line.points.count <= 30 && line.levelOf == nil
    var run: [Point] = []
    for point in line.points {
      if Self.isFinite(point) {
        run.append(panel.point(point.x, point.y))
      } else {
        canvas.stroke(run, look.color, width: look.width, dash: look.dash)
        run = []
      }
    }
    canvas.stroke(run, look.color, width: look.width, dash: look.dash)
    if isMarked {
      for point in line.points where Self.isFinite(point) {
        canvas.fillCircle(panel.point(point.x, point.y), radius: 3, look.color)
      }
    }
  }
}
