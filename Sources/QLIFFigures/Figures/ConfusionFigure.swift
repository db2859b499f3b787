/// Which classes are taken for which: a row per true class, a column per predicted class, the count in
/// each cell, and its share of the row as colour.
public struct ConfusionFigure: Figure {
  /// The first line.
  public var title: String
  /// The line below it, may be empty.
  public var subtitle: String
  /// What the classes are called.
  public let classes: [String]
  /// `[true class, predicted class]`, row by row.
  public let counts: [Int]

  /// Above this number of classes the counts would not be read and are left out.
  public static let mostWritten = 25

  static let barWidth = 18.0
  static let barGap = 28.0
  static let barLabel = "share of the true class"

  /// The counts must be a square of as many rows as there are classes, none negative.
  public init(title: String, subtitle: String = "", classes: [String], counts: [Int]) throws(FigureError) {
    guard !classes.isEmpty else { throw .invalid("there are no classes to draw") }
    guard counts.count == classes.count * classes.count else {
      throw .invalid("\(counts.count) counts are not \(classes.count) x \(classes.count) classes")
    }
    guard counts.allSatisfy({ $0 >= 0 }) else { throw .invalid("a count of the confusion is negative") }
    self.title = title
    self.subtitle = subtitle
    self.classes = classes
    self.counts = counts
  }

  /// The cell's share of its row, 0 where the class never occurs.
  public func share(_ row: Int, _ column: Int) -> Double {
    let all = counts[(row * classes.count)..<((row + 1) * classes.count)].reduce(0.0) { $0 + Double($1) }
    return all > 0 ? Double(counts[row * classes.count + column]) / all : 0
  }

  /// Where everything goes.
  package struct Arrangement {
    package var size: Size
    package var title: TitleBlock
    package var grid: Rect
    package var bar: ColorBar
    /// Whether the names below the columns read upwards, for want of room.
    var isTurned: Bool
    var labelDistance: Double
    var nameRoom: Double

    /// The cell of a true and a predicted class.
    package func cell(_ row: Int, _ column: Int, of count: Int) -> Rect {
      let side = grid.width / Double(count)
      return Rect(
        x: grid.x + Double(column) * side, y: grid.y + Double(row) * side, width: side, height: side)
    }
  }

  /// The size in points that nothing of the figure exceeds.
  public func size(_ text: TextMeasure) -> Size { arrangement(text).size }

  private var hasNames: Bool { classes.count <= 60 }

  package func arrangement(_ text: TextMeasure) -> Arrangement {
    let ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].map { Tick(value: $0, label: formatted($0, decimals: 1)) }
    let axis = Axis(0, 1, ticks: ticks, label: Self.barLabel)
    let widestCount = text.width(counts.map { formatted($0) }, .tick) + 10
    let side =
      classes.count <= Self.mostWritten
      ? max(50, widestCount).rounded(.up) : max(2, (720 / Double(classes.count)).rounded(.down))
    let names = hasNames ? text.width(classes, .tick) : 0
    let isTurned = names > side - 6
    let labelDistance = names + Panel.labelGap + 6 + TextStyle.label.lineHeight / 2
    let left = Spacing.margin + labelDistance + TextStyle.label.lineHeight / 2
    let length = side * Double(classes.count)
    let right = left + length + Self.barGap + Self.barWidth + ColorBar.rightMargin(axis, text)
    let width = max(right - Spacing.margin, 460)
    let block = TitleBlock(title: title, subtitle: subtitle, width: width, text)
    let top = Spacing.margin + block.height
    let barLength = max(min(length, 420), text.width(Self.barLabel, .label) + 4)
    let nameRoom = 6 + (isTurned ? names : TextStyle.tick.lineHeight)
    let bottom = top + max(length + nameRoom + Panel.labelGap + TextStyle.label.lineHeight, barLength)
    return Arrangement(
      size: Size(
        width: (width + 2 * Spacing.margin).rounded(.up), height: (bottom + Spacing.margin).rounded(.up)),
      title: block, grid: Rect(x: left.rounded(), y: top.rounded(), width: length, height: length),
      bar: ColorBar(
        frame: Rect(
          x: left.rounded() + length + Self.barGap, y: top.rounded(), width: Self.barWidth,
          height: barLength),
        map: .sequential, axis: axis),
      isTurned: isTurned, labelDistance: labelDistance, nameRoom: nameRoom)
  }

  /// Draws the figure on a canvas of that size.
  public func draw(on canvas: Canvas, _ text: TextMeasure) {
    let place = arrangement(text)
    let count = classes.count
    place.title.draw(on: canvas, at: Point(x: Spacing.margin, y: Spacing.margin))
    let colors = (0..<(count * count)).map { ColorMap.sequential.color(share($0 / count, $0 % count)) }
    canvas.draw(colors, rows: count, columns: count, in: place.grid)
    if count <= Self.mostWritten {
      for row in 0..<count {
        for column in 0..<count where counts[row * count + column] > 0 {
          // The letters take the side of the scale that the cell is not on.
          let ground = ColorMap.sequential.lab(share(row, column)).lightness
          let style = TextStyle(
            size: TextStyle.tick.size, bold: row == column, color: ground < 60 ? Palette.paper : Palette.ink)
          canvas.draw(
            formatted(counts[row * count + column]), at: place.cell(row, column, of: count).center, style,
            anchor: .middle)
        }
      }
      for line in 1..<max(count, 2) where line < count {
        let cell = place.cell(line, line, of: count)
        canvas.stroke(
          [Point(x: place.grid.x, y: cell.y), Point(x: place.grid.maxX, y: cell.y)], Palette.grid)
        canvas.stroke(
          [Point(x: cell.x, y: place.grid.y), Point(x: cell.x, y: place.grid.maxY)], Palette.grid)
      }
    }
    canvas.stroke(place.grid, Palette.axis)
    drawNames(place, on: canvas)
    place.bar.draw(on: canvas, text)
  }

  private func drawNames(_ place: Arrangement, on canvas: Canvas) {
    let grid = place.grid
    if hasNames {
      for (index, name) in classes.enumerated() {
        let cell = place.cell(index, index, of: classes.count).center
        canvas.draw(name, at: Point(x: grid.x - 6, y: cell.y), .tick, anchor: .right)
        let below = Point(x: cell.x, y: grid.maxY + 6)
        if place.isTurned {
          // Turned text ends at its anchor's right, which is above.
          canvas.draw(name, at: below, .tick, anchor: .right, quarterTurn: true)
        } else {
          canvas.draw(name, at: below, .tick, anchor: .top)
        }
      }
    }
    canvas.draw(
      "true class", at: Point(x: grid.x - place.labelDistance, y: grid.center.y), .label, anchor: .middle,
      quarterTurn: true)
    let y = grid.maxY + place.nameRoom + Panel.labelGap
    canvas.draw("predicted class", at: Point(x: grid.center.x, y: y), .label, anchor: .top)
  }
}
