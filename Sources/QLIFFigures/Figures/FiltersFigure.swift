/// The weights that lead into some units, each unit's as one small picture, all on one colour scale.
///
/// The scale is centred at zero and reaches to the largest weight shown, so pictures can be compared.
public struct FiltersFigure: Figure {
  /// One picture and what stands above it.
  public struct Tile: Sendable {
    /// What stands above the picture.
    public var name: String
    /// The weights, as the inputs lie in a picture.
    public var weights: GreyImage

    /// A picture and its name.
    public init(name: String, weights: GreyImage) {
      self.name = name
      self.weights = weights
    }
  }

  /// The first line.
  public var title: String
  /// The line below it, may be empty.
  public var subtitle: String
  /// How many pictures stand in a row.
  public var columns: Int
  /// The pictures, row by row.
  public var tiles: [Tile]
  /// What the colour bar shows, with its unit.
  public var barLabel: String
  /// The weight at the ends of the colour scale.
  public let limit: Double

  static let tileGap = 12.0
  static let barWidth = 18.0
  static let barGap = 28.0

  /// All tiles must have the same size; there must be at least one.
  public init(
    title: String, subtitle: String = "", columns: Int, tiles: [Tile], barLabel: String
  ) throws(FigureError) {
    guard let first = tiles.first else { throw .invalid("there are no filters to draw") }
    guard columns > 0 else { throw .invalid("\(columns) columns") }
    for tile in tiles
    where tile.weights.width != first.weights.width || tile.weights.height != first.weights.height {
      throw .invalid("filter \(tile.name) has another shape than filter \(first.name)")
    }
    self.title = title
    self.subtitle = subtitle
    self.columns = min(columns, tiles.count)
    self.tiles = tiles
    self.barLabel = barLabel
    var largest: Float = 0
    for tile in tiles {
      for weight in tile.weights.values where weight.isFinite { largest = max(largest, weight.magnitude) }
    }
    limit = largest > 0 ? Double(largest) : 1
  }

  /// Where everything goes.
  package struct Arrangement {
    package var size: Size
    package var title: TitleBlock
    package var tiles: [Rect]
    package var bar: ColorBar
  }

  /// The size in points that nothing of the figure exceeds.
  public func size(_ text: TextMeasure) -> Size { arrangement(text).size }

  package func arrangement(_ text: TextMeasure) -> Arrangement {
    let shape = tiles[0].weights
    // A whole number of points per weight keeps every weight the same size; tiles are as large as the
    // page's width allows, within reason.
    let widest = min(170, 992 / Double(columns) - Self.tileGap)
    let zoom = max(1, (widest / Double(max(shape.width, shape.height))).rounded(.down))
    let tile = Size(width: Double(shape.width) * zoom, height: Double(shape.height) * zoom)
    let header = TextStyle.tick.lineHeight + 2
    // A long name needs its room even over a small tile.
    let pitch = max(tile.width, text.width(tiles.map(\.name), .tick)).rounded(.up) + Self.tileGap
    let rows = (tiles.count + columns - 1) / columns
    let gridWidth = Double(columns) * pitch - Self.tileGap
    let gridHeight = Double(rows) * (header + tile.height + Self.tileGap) - Self.tileGap

    let ticks = Ticks.nice(-limit, limit, maximum: 7)
    let axis = Axis(-limit, limit, ticks: ticks, label: barLabel)
    // Tall enough for its label, which is written upwards.
    let barLength = max(min(gridHeight - header, 420), text.width(barLabel, .label) + 4, 140)
    let barRoom = Self.barGap + Self.barWidth + ColorBar.rightMargin(axis, text)
    let bodyWidth = max(gridWidth + barRoom, 460)
    let block = TitleBlock(title: title, subtitle: subtitle, width: bodyWidth, text)
    let top = Spacing.margin + block.height

    var rects: [Rect] = []
    for index in tiles.indices {
      let x = Spacing.margin + Double(index % columns) * pitch + (pitch - Self.tileGap - tile.width) / 2
      let y = top + header + Double(index / columns) * (header + tile.height + Self.tileGap)
      rects.append(Rect(x: x.rounded(), y: y.rounded(), width: tile.width, height: tile.height))
    }
    let frame = Rect(
      x: Spacing.margin + gridWidth + Self.barGap, y: (top + header).rounded(), width: Self.barWidth,
      height: barLength)
    let height = top + max(gridHeight, header + barLength) + Spacing.margin
    return Arrangement(
      size: Size(width: bodyWidth + 2 * Spacing.margin, height: height.rounded(.up)),
      title: block, tiles: rects, bar: ColorBar(frame: frame, map: .diverging, axis: axis))
  }

  /// Draws the figure on a canvas of that size.
  public func draw(on canvas: Canvas, _ text: TextMeasure) {
    let place = arrangement(text)
    place.title.draw(on: canvas, at: Point(x: Spacing.margin, y: Spacing.margin))
    for (tile, rect) in zip(tiles, place.tiles) {
      let colors = tile.weights.values.map { ColorMap.diverging.color(0.5 + 0.5 * Double($0) / limit) }
      canvas.draw(colors, rows: tile.weights.height, columns: tile.weights.width, in: rect)
      canvas.draw(tile.name, at: Point(x: rect.center.x, y: rect.y - 5), .tick, anchor: .bottom)
    }
    place.bar.draw(on: canvas, text)
  }
}
