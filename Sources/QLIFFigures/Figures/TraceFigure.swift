/// The membranes of some neurons over the steps: one small panel each, all with the same axes, with the threshold as a
/// line and the spikes as marks.
package struct TraceFigure: Figure {
  /// One neuron's panel.
  package struct Trace: Sendable {
    /// What the heading calls the neuron.
    package var name: String
    /// The membrane after each step.
    package var membrane: [Float]
    /// For each step, whether the neuron fired.
    package var spikes: [Bool]

    package init(name: String, membrane: [Float], spikes: [Bool]) {
      self.name = name
      self.membrane = membrane
      self.spikes = spikes
    }
  }

  /// Panels beyond this number would no longer be read.
  package static let mostTraces = 60

  package var title: String
  package var subtitle: String
  /// The membrane above which the neurons fire.
  package var threshold: Double
  /// Whether a membrane is the population of a qubit, from 0 to 1; else it is a real number.
  package var isPopulation: Bool
  package var traces: [Trace]

  /// All traces must have the same number of steps, at least one.
  package init(
    title: String, subtitle: String = "", threshold: Double, isPopulation: Bool = true, traces: [Trace]
  ) throws(FigureError) {
    guard let first = traces.first, !first.membrane.isEmpty else {
      throw .invalid("there are no traces to draw")
    }
    guard traces.count <= Self.mostTraces else {
      throw .invalid("\(traces.count) neurons are more than the \(Self.mostTraces) that one figure shows")
    }
    for trace in traces
    where trace.membrane.count != first.membrane.count || trace.spikes.count != first.membrane.count {
      throw .invalid("the trace of \(trace.name) has another number of steps than that of \(first.name)")
    }
    self.title = title
    self.subtitle = subtitle
    self.threshold = threshold
    self.isPopulation = isPopulation
    self.traces = traces
  }

  package struct Arrangement: FigureArrangement {
    package var size: Size
    package var title: TitleBlock
    var legend: Legend
    var legendOrigin: Point
    var panels: [Panel]
    /// The distance of a y axis' label from its panel.
    var labelDistance: Double
  }

  var legend: Legend {
    Legend([
      .init(.line(Palette.blue, width: 1.6, dash: []), "\(isPopulation ? "α" : "membrane") after each step"),
      .init(.line(Palette.ink, width: 1.2, dash: [6, 4]), "threshold \(formatted(threshold))"),
      .init(.disc(Palette.vermillion, radius: 4.5), "spike"),
    ])
  }

  /// What the y axes show: a population has its own range, other membranes that of their values and the threshold.
  private var range: ClosedRange<Double> {
    if isPopulation { return -0.04...1.06 }
    let values = traces.flatMap(\.membrane).filter(\.isFinite).map(Double.init) + [0, threshold]
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let margin = 0.05 * max(high - low, 1e-6)
    return low - margin...high + margin
  }

  package func arrangement(_ text: TextMeasure) -> Arrangement {
    let columns = traces.count <= 5 ? 1 : traces.count <= 14 ? 2 : 3
    let panelSize =
      columns == 1
      ? Size(width: 780, height: 118)
      : columns == 2 ? Size(width: 460, height: 104) : Size(width: 330, height: 96)
    let steps = traces[0].membrane.count
    let xTicks = Ticks.whole(0, steps - 1, maximum: Int(panelSize.width / 45))
    let range = range
    let yTicks =
      isPopulation
      ? [0, 0.5, 1].map { Tick(value: $0, label: formatted($0)) }
      : Ticks.nice(range.lowerBound, range.upperBound, maximum: 5)
    let label = isPopulation ? "population α" : "membrane"

    let left = Panel.leftMargin(
      Axis(lower: range.lowerBound, upper: range.upperBound, ticks: yTicks, label: label), text)
    let heading = Panel.topMargin(heading: "x")
    let block = TitleBlock(
      title: title, subtitle: subtitle,
      width: left + Double(columns) * (panelSize.width + Spacing.panel) - Spacing.panel, text)
    let legendOrigin = Point(x: Spacing.margin + left, y: Spacing.margin + block.height)
    let top = legendOrigin.y + Legend.height
    let rowPitch = heading + panelSize.height + 16

    var panels: [Panel] = []
    for (index, trace) in traces.enumerated() {
      let column = index % columns
      let row = index / columns
      // The lowest panel of each column carries the numbers, also where the last row is not full.
      let isLowest = index + columns >= traces.count
      let frame = Rect(
        x: Spacing.margin + left + Double(column) * (panelSize.width + Spacing.panel),
        y: (top + Double(row) * rowPitch + heading).rounded(), width: panelSize.width,
        height: panelSize.height)
      let fired = trace.spikes.count(where: { $0 })
      panels.append(
        Panel(
          frame: frame,
          x: Axis(
            lower: -0.6, upper: Double(steps) - 0.4, ticks: xTicks, label: isLowest ? "step" : "",
            showsTickLabels: isLowest
          ),
          y: Axis(
            lower: range.lowerBound, upper: range.upperBound, ticks: yTicks, label: column == 0 ? label : "",
            showsTickLabels: column == 0),
          heading: "\(trace.name): \(fired) spike\(fired == 1 ? "" : "s")"))
    }
    let right = panels.map(\.frame.maxX).max() ?? 0
    let bottom = panels.map { $0.frame.maxY + Panel.bottomMargin($0.x) }.max() ?? 0
    return Arrangement(
      size: Size(
        width: max(right, legendOrigin.x + legend.width(text)) + Spacing.margin,
        height: bottom + Spacing.margin),
      title: block, legend: legend, legendOrigin: legendOrigin, panels: panels,
      labelDistance: left - TextStyle.label.lineHeight / 2)
  }

  package func draw(_ place: Arrangement, on canvas: Canvas, _ text: TextMeasure) {
    place.legend.draw(on: canvas, at: place.legendOrigin)
    for (trace, panel) in zip(traces, place.panels) {
      panel.drawGrid(on: canvas)
      draw(trace, panel, on: canvas)
      panel.drawAxes(on: canvas)
      panel.drawYLabel(on: canvas, distance: place.labelDistance)
    }
  }

  private func draw(_ trace: Trace, _ panel: Panel, on canvas: Canvas) {
    panel.drawThreshold(threshold, on: canvas)
    let pitch = panel.frame.width / Double(max(trace.membrane.count, 1))
    let range = range
    let points = trace.membrane.enumerated().map { step, value in
      value.isFinite
        ? panel.point(Double(step), min(max(Double(value), range.lowerBound), range.upperBound)) : nil
    }
    // A gap where the membrane is not a number, so that nothing is invented.
    for run in points.split(separator: nil) {
      canvas.stroke(run.compactMap(\.self), Palette.blue, width: 1.6)
    }
    for (step, point) in points.enumerated() {
      guard let point else { continue }
      if trace.spikes[step] {
        canvas.fillCircle(point, radius: min(4.5, max(2, pitch * 0.4)), Palette.vermillion)
      } else if pitch >= 7 {
        canvas.fillCircle(point, radius: 2.3, Palette.blue)
      }
    }
  }
}
