/// How often the neurons of each channel fire for one image: one map per channel, or one per channel and
/// window of time, all on one colour scale.
public struct FeatureMapsFigure: Figure {
  /// One channel's spikes.
  public struct Channel: Sendable {
    /// Its index in the layer.
    public var index: Int
    /// The spikes of each neuron, in each window of time.
    public var counts: [GreyImage]

    /// A channel and its maps, one for each window.
    public init(index: Int, counts: [GreyImage]) {
      self.index = index
      self.counts = counts
    }

    /// All its spikes.
    public var total: Int {
      let sum = counts.lazy.flatMap(\.values).filter(\.isFinite).reduce(0.0) { $0 + Double($1) }
      return Int(min(max(sum, 0), 1e15).rounded())
    }
  }

  /// The first line.
  public var title: String
  /// The line below it, may be empty.
  public var subtitle: String
  /// The channels, in order.
  public let channels: [Channel]
  /// The windows of time, by their steps.
  public let windows: [ClosedRange<Int>]
  /// The input, where it is a picture.
  public var image: InputImage?
  /// What stands below the picture.
  public var imageCaption: String
  /// The count at the dark end of the colour scale.
  public let most: Int

  static let imageSide = 170.0
  static let barWidth = 18.0
  static let barGap = 28.0

  /// Every channel must have a map for each window, all of one size; there must be at least one.
  public init(
    title: String, subtitle: String = "", channels: [Channel], windows: [ClosedRange<Int>],
    image: InputImage? = nil, imageCaption: String = ""
  ) throws(FigureError) {
    guard let first = channels.first?.counts.first else { throw .invalid("there are no maps to draw") }
    for channel in channels {
      guard channel.counts.count == windows.count else {
        throw .invalid(
          "channel \(channel.index) has \(channel.counts.count) maps for \(windows.count) windows")
      }
      for map in channel.counts where map.width != first.width || map.height != first.height {
        throw .invalid("the maps of channel \(channel.index) have another shape than those of the first")
      }
    }
    self.title = title
    self.subtitle = subtitle
    self.channels = channels
    self.windows = windows
    self.image = image
    self.imageCaption = imageCaption
    let largest = channels.lazy.flatMap(\.counts).flatMap(\.values).filter(\.isFinite).max() ?? 0
    most = max(1, Int(min(largest, 1e9).rounded(.up)))
  }

  /// Where everything goes.
  package struct Arrangement {
    package var size: Size
    package var title: TitleBlock
    package var tiles: [Rect]
    package var bar: ColorBar
    package var image: Rect?
    var caption: [String]
    var sheet: TileSheet.Layout
  }

  /// The size in points that nothing of the figure exceeds.
  public func size(_ text: TextMeasure) -> Size { arrangement(text).size }

  private var sheet: TileSheet {
    let map = channels[0].counts[0]
    if windows.count == 1 {
      let names = channels.map { "\($0.index): \(formatted($0.total))" }
      let columns = channels.count <= 4 ? channels.count : channels.count <= 24 ? 6 : 8
      return TileSheet(
        width: map.width, height: map.height, count: channels.count, columns: columns, largestSide: 130,
        names: names)
    }
    return TileSheet(
      width: map.width, height: map.height, count: channels.count * windows.count, columns: windows.count,
      largestSide: 100, rowNames: channels.map { String($0.index) }, rowTitle: "channel",
      columnNames: windows.map(Self.name), columnTitle: "steps")
  }

  private static func name(_ steps: ClosedRange<Int>) -> String {
    steps.count == 1 ? "\(steps.lowerBound)" : "\(steps.lowerBound)–\(steps.upperBound)"
  }

  private var barLabel: String {
    windows.count == 1 ? "spikes of a neuron" : "spikes of a neuron in these steps"
  }

  package func arrangement(_ text: TextMeasure) -> Arrangement {
    let axis = Axis(0, Double(most), ticks: Ticks.whole(0, most, maximum: 7), label: barLabel)
    let barRoom = Self.barGap + Self.barWidth + ColorBar.rightMargin(axis, text)
    let sheet = sheet
    let pixels = image.map { image in
      let side = Double(max(image.width, image.height))
      let zoom = side <= Self.imageSide ? (Self.imageSide / side).rounded(.down) : Self.imageSide / side
      return Size(width: Double(image.width) * zoom, height: max(1, Double(image.height) * zoom))
    }
    let left = Spacing.margin + (pixels == nil ? 0 : Self.imageSide + Spacing.panel)
    let wide = sheet.layout(at: Point(x: left, y: 0), text).frame.maxX - Spacing.margin
    let bodyWidth = max(wide + barRoom, 460)
    let block = TitleBlock(title: title, subtitle: subtitle, width: bodyWidth, text)
    let layout = sheet.layout(at: Point(x: left, y: Spacing.margin + block.height), text)
    let rect = pixels.map { Rect(x: Spacing.margin, y: layout.top, width: $0.width, height: $0.height) }
    let caption = rect == nil ? [] : text.wrapped(imageCaption, .note, limit: Self.imageSide)
    // Tall enough for its label, which is written upwards.
    let barLength = max(min(layout.frame.maxY - layout.top, 420), text.width(barLabel, .label) + 4, 140)
    let bar = Rect(
      x: layout.frame.maxX + Self.barGap, y: layout.top, width: Self.barWidth, height: barLength)
    let imageBottom = rect.map { $0.maxY + 6 + Double(caption.count) * TextStyle.note.lineHeight } ?? 0
    return Arrangement(
      size: Size(
        width: bodyWidth + 2 * Spacing.margin,
        height: (max(layout.frame.maxY, bar.maxY, imageBottom) + Spacing.margin).rounded(.up)),
      title: block, tiles: layout.tiles, bar: ColorBar(frame: bar, map: .sequential, axis: axis),
      image: rect, caption: caption, sheet: layout)
  }

  /// Draws the figure on a canvas of that size.
  public func draw(on canvas: Canvas, _ text: TextMeasure) {
    let place = arrangement(text)
    place.title.draw(on: canvas, at: Point(x: Spacing.margin, y: Spacing.margin))
    for (map, rect) in zip(channels.flatMap(\.counts), place.tiles) {
      let colors = map.values.map { ColorMap.sequential.color(Double($0) / Double(most)) }
      canvas.draw(colors, rows: map.height, columns: map.width, in: rect)
      // Silence is nearly white: the border says where the map ends.
      canvas.stroke(rect, Palette.plain, width: 0.8)
    }
    sheet.drawNames(place.sheet, on: canvas, text)
    place.bar.draw(on: canvas, text)
    if let image, let rect = place.image {
      image.draw(on: canvas, in: rect)
      for (index, line) in place.caption.enumerated() {
        let y = rect.maxY + 6 + Double(index) * TextStyle.note.lineHeight
        canvas.draw(line, at: Point(x: rect.x, y: y), .note, anchor: Anchor(x: 0, y: 0))
      }
    }
  }
}
