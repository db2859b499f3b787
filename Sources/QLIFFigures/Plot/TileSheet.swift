/// Small pictures of one size in rows and columns, with names above each, or beside the rows and above
/// the columns.
struct TileSheet {
  /// Values in a picture's row and column.
  var width: Int
  var height: Int
  /// How many pictures there are, row by row.
  var count: Int
  var columns: Int
  /// The longest side of a picture, in points.
  var largestSide: Double
  /// Above each picture or, where rows have names, each column.
  var names: [String]
  /// To the left of each row.
  var rowNames: [String] = []
  var rowTitle = ""
  var columnTitle = ""

  static let pageWidth = 992.0
  static let nameGap = 8.0

  struct Layout {
    /// The whole sheet, names included.
    var frame: Rect
    /// The upper edge of the first row of pictures.
    var top: Double
    var tiles: [Rect]
  }

  func layout(at origin: Point, _ text: TextMeasure) -> Layout {
    let isMatrix = !rowNames.isEmpty
    let gap = isMatrix ? 6.0 : 12.0
    // A whole number of points per value keeps every value the same size.
    let widest = min(largestSide, Self.pageWidth / Double(columns) - gap)
    let zoom = max(1, (widest / Double(max(width, height))).rounded(.down))
    let tile = Size(width: Double(width) * zoom, height: Double(height) * zoom)
    let pitch = Size(
      width: max(tile.width, text.width(names, .tick)).rounded(.up) + gap,
      height: isMatrix
        ? max(tile.height, TextStyle.tick.lineHeight) + gap
        : TextStyle.tick.lineHeight + 2 + tile.height + gap)
    let line = TextStyle.tick.lineHeight + 2
    let header =
      isMatrix ? line + (columnTitle.isEmpty ? 0 : TextStyle.label.lineHeight + 2) : line
    let left =
      isMatrix
      ? text.width(rowNames, .tick) + Self.nameGap
        + (rowTitle.isEmpty ? 0 : TextStyle.label.lineHeight + Self.nameGap)
      : 0
    let rows = (count + columns - 1) / columns
    let x = (origin.x + left).rounded()
    let y = (origin.y + header).rounded()
    let tiles = (0..<count).map { index in
      Rect(
        x: (x + Double(index % columns) * pitch.width + (pitch.width - gap - tile.width) / 2).rounded(),
        y: y + Double(index / columns) * pitch.height, width: tile.width, height: tile.height)
    }
    let right = x + Double(min(columns, count)) * pitch.width - gap
    let bottom = y + Double(rows - 1) * pitch.height + tile.height
    return Layout(
      frame: Rect(x: origin.x, y: origin.y, width: right - origin.x, height: bottom - origin.y), top: y,
      tiles: tiles)
  }

  /// Writes the names around the pictures.
  func drawNames(_ layout: Layout, on canvas: Canvas, _ text: TextMeasure) {
    for (name, rect) in zip(names, layout.tiles) {
      canvas.draw(name, at: Point(x: rect.center.x, y: rect.y - 5), .tick, anchor: .bottom)
    }
    guard !rowNames.isEmpty, let first = layout.tiles.first, let last = layout.tiles.last else { return }
    for (row, name) in rowNames.enumerated() {
      let rect = layout.tiles[row * columns]
      canvas.draw(name, at: Point(x: first.x - Self.nameGap, y: rect.center.y), .tick, anchor: .right)
    }
    let line = TextStyle.label.lineHeight
    let middle = Point(
      x: (first.x + layout.tiles[columns - 1].maxX) / 2, y: layout.frame.y + line * 0.75)
    canvas.draw(columnTitle, at: middle, .label, anchor: .bottom)
    canvas.draw(
      rowTitle, at: Point(x: layout.frame.x + line / 2, y: (first.y + last.maxY) / 2), .label,
      anchor: .middle, quarterTurn: true)
  }
}
