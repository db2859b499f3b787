/// Which neurons fire when, for one input: a panel per layer, the input's picture beside them, and how
/// often each output fires, in line with the output layer's rows.
package struct RasterFigure: Figure {
  package var title: String
  package var subtitle: String
  /// From the input to the output; the last one's neurons are the classes.
  package var layers: [SpikeLayer]
  /// The input, where it is a picture.
  package var image: InputImage?
  /// What stands below the picture.
  package var imageCaption: String
  /// One name per output; empty where the outputs stand for no classes.
  package var classNames: [String]
  /// The output of the class that the network chose, where it chooses one.
  package var predicted: Int?
  /// The output of the true class, where it is known.
  package var label: Int?

  static let plotWidth = 620.0
  static let barsWidth = 190.0
  static let imageSide = 280.0
  /// From panel to panel in a row.
  static let columnGap = 30.0
  /// Said where a layer has more neurons than its panel has rows.
  static let denseNote =
    "Where a layer has more neurons than rows, a mark is the darker the more neighbours fire."

  /// All layers must have the same number of steps; there must be at least one.
  package init(
    title: String, subtitle: String = "", layers: [SpikeLayer], image: InputImage? = nil,
    imageCaption: String = "",
    classNames: [String] = [], predicted: Int? = nil, label: Int? = nil
  ) throws(FigureError) {
    guard let first = layers.first, let last = layers.last else {
      throw .invalid("there are no layers to draw")
    }
    for layer in layers where layer.steps != first.steps {
      throw .invalid("\(layer.name) has \(layer.steps) steps and \(first.name) \(first.steps)")
    }
    for (what, output) in [("prediction", predicted), ("label", label)] {
      if let output, !(0..<last.neurons).contains(output) {
        throw .invalid("\(what) \(output) is not one of the \(last.neurons) outputs")
      }
    }
    guard classNames.isEmpty || classNames.count == last.neurons else {
      throw .invalid("\(classNames.count) class names for \(last.neurons) outputs")
    }
    self.title = title
    self.subtitle = subtitle
    self.layers = layers
    self.image = image
    self.imageCaption = imageCaption
    self.classNames = classNames
    self.predicted = predicted
    self.label = label
  }

  package struct Arrangement: FigureArrangement {
    package var size: Size
    package var title: TitleBlock
    var panels: [Panel]
    var labelDistance: Double
    var bars: Panel
    var image: Rect?
    var caption: [String]
  }

  /// The height of a layer's panel: large enough to tell rows apart while they are few; for many neurons
  /// about 0.6 points each, within limits.
  static func panelHeight(neurons: Int) -> Double {
    if neurons <= 30 { return max(110, Double(neurons) * 20) }
    return min(max(Double(neurons) * 0.6, min(600, Double(neurons) * 6), 240), 600).rounded()
  }

  package func arrangement(_ text: TextMeasure) -> Arrangement {
    var heights = layers.map { Self.panelHeight(neurons: $0.neurons) }
    // A deep network keeps the shape of a page: panels give way in proportion, down to what can be read.
    let total = heights.reduce(0, +)
    if total > 1300 { heights = heights.map { $0 <= 200 ? $0 : max(200, ($0 * 1300 / total).rounded()) } }

    let yAxes = layers.enumerated().map { index, layer in
      yAxis(layer, height: heights[index], isLast: index == layers.count - 1)
    }
    let left = yAxes.map { Panel.leftMargin($0, text) }.max() ?? 0
    let plotX = Spacing.margin + left
    let barsX = plotX + Self.plotWidth + Self.columnGap
    let counts = layers[layers.count - 1].counts
    let remarks = counts.indices.map { remark(output: $0, count: counts[$0]) }
    let remarkRoom = text.width(remarks, Self.strongNote) + 8
    let barsColumn = Self.barsWidth + remarkRoom

    let imageSize = image?.size(within: Self.imageSide) ?? Size(width: 0, height: 0)
    var caption =
      image == nil ? [] : text.wrapped(imageCaption, .note, limit: max(imageSize.width, barsColumn))
    if image != nil, zip(layers, heights).contains(where: { Double($0.neurons) > $1 }) {
      caption.append("")
      caption += text.wrapped(Self.denseNote, .note, limit: max(imageSize.width, barsColumn))
    }
    let imageBlock =
      image == nil ? 0 : imageSize.height + Double(caption.count) * TextStyle.note.lineHeight + Spacing.gap
    let headingRoom = Panel.topMargin(heading: "x")
    let above = heights.dropLast().reduce(0) { $0 + $1 + headingRoom + Spacing.panel }
    // Above the bars if the panels before the last one leave the room, else to the right of them.
    let imageIsAbove = image != nil && above >= headingRoom + imageBlock
    let imageX = imageIsAbove ? barsX : barsX + barsColumn + Self.columnGap
    let captionWidth = max(imageSize.width, text.width(caption, .note))
    let right = max(barsX + barsColumn, image == nil ? 0 : imageX + captionWidth)

    let block = TitleBlock(title: title, subtitle: subtitle, width: right - Spacing.margin, text)
    let top = Spacing.margin + block.height
    let steps = layers[0].steps
    let xTicks = Ticks.whole(0, steps - 1, maximum: 13)

    var panels: [Panel] = []
    var y = top
    for (index, layer) in layers.enumerated() {
      let isLast = index == layers.count - 1
      y += headingRoom
      let frame = Rect(x: plotX, y: y.rounded(), width: Self.plotWidth, height: heights[index])
      let xAxis = Axis(
        lower: -0.5, upper: Double(steps) - 0.5, ticks: xTicks, label: isLast ? "step" : "",
        showsTickLabels: isLast)
      panels.append(Panel(frame: frame, x: xAxis, y: yAxes[index], heading: heading(of: layer, text)))
      y = frame.maxY + (isLast ? Panel.bottomMargin(xAxis) : Spacing.panel)
    }

    let last = panels[panels.count - 1]
    let most = max(counts.max() ?? 0, 1)
    var shared = last.y
    shared.label = ""
    shared.ticks = []
    let bars = Panel(
      frame: Rect(x: barsX, y: last.frame.y, width: Self.barsWidth, height: last.frame.height),
      x: Axis(lower: 0, upper: Double(most), ticks: Ticks.whole(0, most, maximum: 5), label: "spikes"),
      y: shared,
      heading: "Output spikes")
    let imageRect = image.map { _ in
      Rect(x: imageX, y: panels[0].frame.y, width: imageSize.width, height: imageSize.height)
    }
    let bottom = max(y, panels[0].frame.y + imageBlock)
    return Arrangement(
      size: Size(width: right.rounded(.up) + Spacing.margin, height: bottom.rounded(.up) + Spacing.margin),
      title: block, panels: panels, labelDistance: left - TextStyle.label.lineHeight / 2, bars: bars,
      image: imageRect, caption: caption)
  }

  package func draw(_ place: Arrangement, on canvas: Canvas, _ text: TextMeasure) {
    for (layer, panel) in zip(layers, place.panels) {
      let isOutput = panel.frame == place.panels[place.panels.count - 1].frame
      if isOutput { drawPredictionBand(panel, place.bars, on: canvas) }
      RasterMarks(layer: layer, panel: panel).draw(on: canvas, accent: isOutput ? predicted : nil)
      panel.drawAxes(on: canvas)
      panel.drawYLabel(on: canvas, distance: place.labelDistance)
    }
    drawBars(place.bars, on: canvas)
    if let rect = place.image { image?.draw(on: canvas, in: rect, caption: place.caption) }
  }

  // MARK: Parts

  static let strongNote = TextStyle(size: TextStyle.note.size, bold: true)

  /// Says less where the whole would not fit over the panel.
  private func heading(of layer: SpikeLayer, _ text: TextMeasure) -> String {
    let share = 100 * Double(layer.count) / Double(layer.steps * layer.neurons)
    let unit = layer.count == 1 ? "spike" : "spikes"
    let start = "\(layer.name): \(formatted(layer.count)) \(unit), \(formatted(share, decimals: 1)) %"
    let whole = start + " of neurons per step"
    return text.width(whole, .heading) <= Self.plotWidth ? whole : start + " per step"
  }

  /// Neurons from below, each around its index; outputs by the names of their classes. Outputs are all named while
  /// there is room for it.
  private func yAxis(_ layer: SpikeLayer, height: Double, isLast: Bool) -> Axis {
    var ticks: [Tick]
    let isRoomy = height / Double(layer.neurons) >= TextStyle.tick.lineHeight
    if isLast, isRoomy {
      ticks = (0..<layer.neurons).map { Tick(value: Double($0), label: String($0)) }
    } else if let first = layer.indices.first, layer.indices == Array(first..<(first + layer.neurons)) {
      // Round indices, wherever the first one is.
      ticks = Ticks.whole(first, first + layer.neurons - 1, maximum: max(2, Int(height / 36)))
      for place in ticks.indices { ticks[place].value -= Double(first) }
    } else {
      ticks =
        isRoomy
        ? layer.indices.indices.map { Tick(value: Double($0), label: "") }
        : Ticks.whole(0, layer.neurons - 1, maximum: max(2, Int(height / 36)))
      for place in ticks.indices { ticks[place].label = String(layer.indices[Int(ticks[place].value)]) }
    }
    let isNamed = isLast && !classNames.isEmpty
    if isNamed {
      for place in ticks.indices { ticks[place].label = classNames[Int(ticks[place].value)] }
    }
    return Axis(
      lower: -0.5, upper: Double(layer.neurons) - 0.5, ticks: ticks, label: isNamed ? "class" : "neuron")
  }

  private func remark(output: Int, count: Int) -> String {
    switch (output == predicted, output == label) {
    case (true, true): "\(count)  predicted, true"
    case (true, false): "\(count)  predicted"
    case (false, true): "\(count)  true"
    case (false, false): "\(count)"
    }
  }

  private func drawPredictionBand(_ panel: Panel, _ bars: Panel, on canvas: Canvas) {
    guard let predicted else { return }
    let top = panel.point(0, Double(predicted) + 0.5).y
    let height = panel.frame.height / Double(layers[layers.count - 1].neurons)
    for frame in [panel.frame, bars.frame] {
      canvas.fill(Rect(x: frame.x, y: top, width: frame.width, height: height), Palette.blue.lighter(0.88))
    }
  }

  private func drawBars(_ panel: Panel, on canvas: Canvas) {
    let counts = layers[layers.count - 1].counts
    let row = panel.frame.height / Double(counts.count)
    for (output, count) in counts.enumerated() {
      let isMarked = output == predicted || output == label
      let middle = panel.point(0, Double(output)).y
      let end = panel.point(Double(count), 0).x
      let bar = Rect(
        x: panel.frame.x, y: middle - row * 0.35, width: end - panel.frame.x, height: row * 0.7)
      canvas.fill(bar, output == predicted ? Palette.blue : Palette.plain)
      // With many outputs only the two that matter are written out.
      guard row >= TextStyle.note.size || isMarked else { continue }
      canvas.draw(
        remark(output: output, count: count), at: Point(x: end + 7, y: middle),
        isMarked ? Self.strongNote : .note,
        anchor: .left)
    }
    panel.drawAxes(on: canvas)
  }
}
