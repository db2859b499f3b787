/// Small pictures on one colour scale with the scale's bar to their right, and the network's input to their left
/// where it is a picture.
package struct TilePage {
  var title: String
  var subtitle: String
  var sheet: TileSheet
  /// What the colours stand for.
  var axis: Axis
  var map: ColorMap
  var image: InputImage?
  var caption = ""

  static let imageSide = 170.0
  static let barWidth = 18.0
  static let barGap = 28.0

  package struct Arrangement: FigureArrangement {
    package var size: Size
    package var title: TitleBlock
    var sheet: TileSheet.Layout
    var bar: ColorBar
    var image: Rect?
    var caption: [String]
    var tiles: [Rect] { sheet.tiles }
  }

  func arrangement(_ text: TextMeasure) -> Arrangement {
    let barRoom = Self.barGap + Self.barWidth + ColorBar.rightMargin(axis, text)
    let left = Spacing.margin + (image == nil ? 0 : Self.imageSide + Spacing.panel)
    let wide = sheet.layout(at: Point(x: left, y: 0), text).frame.maxX - Spacing.margin
    let bodyWidth = max(wide + barRoom, 460)
    let block = TitleBlock(title: title, subtitle: subtitle, width: bodyWidth, text)
    let layout = sheet.layout(at: Point(x: left, y: Spacing.margin + block.height), text)
    let rect = (image?.size(within: Self.imageSide)).map {
      Rect(x: Spacing.margin, y: layout.top, width: $0.width, height: $0.height)
    }
    let caption = image == nil ? [] : text.wrapped(caption, .note, limit: Self.imageSide)
    // Tall enough for its label, which is written upwards.
    let barLength = max(min(layout.frame.maxY - layout.top, 420), text.width(axis.label, .label) + 4, 140)
    let bar = Rect(
      x: layout.frame.maxX + Self.barGap, y: layout.top, width: Self.barWidth, height: barLength)
    let imageBottom = rect.map { $0.maxY + 6 + Double(caption.count) * TextStyle.note.lineHeight } ?? 0
    return Arrangement(
      size: Size(
        width: bodyWidth + 2 * Spacing.margin,
        height: (max(layout.frame.maxY, bar.maxY, imageBottom) + Spacing.margin).rounded(.up)),
      title: block, sheet: layout, bar: ColorBar(frame: bar, map: map, axis: axis), image: rect,
      caption: caption)
  }

  /// Draws the pictures, row by row, and all that is around them.
  func draw(
    _ place: Arrangement, _ pictures: [GreyImage], on canvas: Canvas, _ text: TextMeasure, hasBorders: Bool
  ) {
    for (picture, rect) in zip(pictures, place.tiles) {
      let colors = picture.values.map { map.color(axis.share(Double($0))) }
      canvas.draw(colors, rows: picture.height, columns: picture.width, in: rect)
      if hasBorders { canvas.stroke(rect, Palette.plain, width: 0.8) }
    }
    sheet.drawNames(place.sheet, on: canvas, text)
    place.bar.draw(on: canvas, text)
    if let rect = place.image { image?.draw(on: canvas, in: rect, caption: place.caption) }
  }
}
