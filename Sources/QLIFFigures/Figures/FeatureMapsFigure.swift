/// How often the neurons of each channel fire for one image: one map per channel, or one per channel and
/// window of time, all on one colour scale.
package struct FeatureMapsFigure: Figure {
  /// One channel's spikes.
  package struct Channel: Sendable {
    package var index: Int
    /// The spikes of each neuron, in each window of time.
    package var counts: [GreyImage]

    package init(index: Int, counts: [GreyImage]) {
      self.index = index
      self.counts = counts
    }

    package var total: Int {
      let sum = counts.lazy.flatMap(\.values).filter(\.isFinite).reduce(0.0) { $0 + Double($1) }
      return Int(min(max(sum, 0), 1e15).rounded())
    }
  }

  package var title: String
  package var subtitle: String
  package let channels: [Channel]
  /// The windows of time, by their steps.
  package let windows: [ClosedRange<Int>]
  /// The input, where it is a picture.
  package var image: InputImage?
  package var imageCaption: String
  /// The count at the dark end of the colour scale.
  package let most: Int

  /// Every channel must have a map for each window, all of one size; there must be at least one.
  package init(
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
      largestSide: 100, names: windows.map(Self.name), rowNames: channels.map { String($0.index) },
      rowTitle: "channel", columnTitle: "steps")
  }

  private static func name(_ steps: ClosedRange<Int>) -> String {
    steps.count == 1 ? "\(steps.lowerBound)" : "\(steps.lowerBound)–\(steps.upperBound)"
  }

  private var page: TilePage {
    let label = windows.count == 1 ? "spikes of a neuron" : "spikes of a neuron in these steps"
    let axis = Axis(lower: 0, upper: Double(most), ticks: Ticks.whole(0, most, maximum: 7), label: label)
    return TilePage(
      title: title, subtitle: subtitle, sheet: sheet, axis: axis, map: .sequential, image: image,
      caption: imageCaption)
  }

  package func arrangement(_ text: TextMeasure) -> TilePage.Arrangement { page.arrangement(text) }

  package func draw(_ place: TilePage.Arrangement, on canvas: Canvas, _ text: TextMeasure) {
    // Silence is nearly white: the border says where the map ends.
    page.draw(place, channels.flatMap(\.counts), on: canvas, text, hasBorders: true)
  }
}
