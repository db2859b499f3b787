/// The weights of a convolution: a row per output channel, a column per input channel, each weight
/// window as one small picture, all on one colour scale.
///
/// The scale is centred at zero and reaches to the largest weight shown, so pictures can be compared.
public struct ConvolutionFiltersFigure: Figure {
  /// The first line.
  public var title: String
  /// The line below it, may be empty.
  public var subtitle: String
  /// The indices of the output channels, from above.
  public let outputs: [Int]
  /// The indices of the input channels, from the left.
  public let inputs: [Int]
  /// The windows, `outputs` by `inputs`, row by row.
  public let windows: [GreyImage]
  /// What the colour bar shows, with its unit.
  public var barLabel: String
  /// The weight at the ends of the colour scale.
  public let limit: Double

  static let barWidth = 18.0
  static let barGap = 28.0

  /// There must be a window for each pair of channels, all of one size, and at least one.
  public init(
    title: String, subtitle: String = "", outputs: [Int], inputs: [Int], windows: [GreyImage],
    barLabel: String
  ) throws(FigureError) {
    guard let first = windows.first else { throw .invalid("there are no filters to draw") }
    guard windows.count == outputs.count * inputs.count else {
      throw .invalid("\(windows.count) windows are not \(outputs.count) x \(inputs.count) channels")
    }
    for window in windows where window.width != first.width || window.height != first.height {
      throw .invalid("the windows of a convolution differ in shape")
    }
    self.title = title
    self.subtitle = subtitle
    self.outputs = outputs
    self.inputs = inputs
    self.windows = windows
    self.barLabel = barLabel
    var largest: Float = 0
    for window in windows {
      for weight in window.values where weight.isFinite { largest = max(largest, weight.magnitude) }
    }
    limit = largest > 0 ? Double(largest) : 1
  }

  /// Where everything goes.
  package struct Arrangement {
    package var size: Size
    package var title: TitleBlock
    package var tiles: [Rect]
    package var bar: ColorBar
    var sheet: TileSheet.Layout
  }

  /// The size in points that nothing of the figure exceeds.
  public func size(_ text: TextMeasure) -> Size { arrangement(text).size }

  private var sheet: TileSheet {
    TileSheet(
      width: windows[0].width, height: windows[0].height, count: windows.count, columns: inputs.count,
      largestSide: 60, rowNames: outputs.map(String.init), rowTitle: "output channel",
      columnNames: inputs.map(String.init), columnTitle: "input channel")
  }

  package func arrangement(_ text: TextMeasure) -> Arrangement {
    let ticks = Ticks.nice(-limit, limit, maximum: 7)
    let axis = Axis(-limit, limit, ticks: ticks, label: barLabel)
    let barRoom = Self.barGap + Self.barWidth + ColorBar.rightMargin(axis, text)
    let sheet = sheet
    let wide = sheet.layout(at: Point(x: Spacing.margin, y: 0), text).frame.width
    let bodyWidth = max(wide + barRoom, 460)
    let block = TitleBlock(title: title, subtitle: subtitle, width: bodyWidth, text)
    let layout = sheet.layout(at: Point(x: Spacing.margin, y: Spacing.margin + block.height), text)
    // Tall enough for its label, which is written upwards.
    let barLength = max(min(layout.frame.maxY - layout.top, 420), text.width(barLabel, .label) + 4, 140)
    let bar = Rect(
      x: layout.frame.maxX + Self.barGap, y: layout.top, width: Self.barWidth, height: barLength)
    return Arrangement(
      size: Size(
        width: bodyWidth + 2 * Spacing.margin,
        height: (max(layout.frame.maxY, bar.maxY) + Spacing.margin).rounded(.up)),
      title: block, tiles: layout.tiles, bar: ColorBar(frame: bar, map: .diverging, axis: axis),
      sheet: layout)
  }

  /// Draws the figure on a canvas of that size.
  public func draw(on canvas: Canvas, _ text: TextMeasure) {
    let place = arrangement(text)
    place.title.draw(on: canvas, at: Point(x: Spacing.margin, y: Spacing.margin))
    for (window, rect) in zip(windows, place.tiles) {
      let colors = window.values.map { ColorMap.diverging.color(0.5 + 0.5 * Double($0) / limit) }
      canvas.draw(colors, rows: window.height, columns: window.width, in: rect)
    }
    sheet.drawNames(place.sheet, on: canvas, text)
    place.bar.draw(on: canvas, text)
  }
}
