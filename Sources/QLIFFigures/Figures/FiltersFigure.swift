/// Weights as small pictures, all on one colour scale: those that lead into some units, each unit's with its name
/// above, or the windows of a convolution, a row per output channel and a column per input channel.
///
/// The scale is centred at zero and reaches to the largest weight shown, so pictures can be compared.
package struct FiltersFigure: Figure {
  package var title: String
  package var subtitle: String
  /// What the colour bar shows, with its unit.
  package var barLabel: String
  /// The pictures, row by row.
  package let weights: [GreyImage]
  /// The weight at the ends of the colour scale.
  let limit: Double
  private let sheet: TileSheet

  /// Units in rows of `columns`: a picture and its name for each, at least one.
  package init(
    title: String, subtitle: String = "", columns: Int, names: [String], weights: [GreyImage],
    barLabel: String
  ) throws(FigureError) {
    guard columns > 0 else { throw .invalid("\(columns) columns") }
    guard names.count == weights.count else {
      throw .invalid("\(weights.count) filters have \(names.count) names")
    }
    try self.init(title, subtitle, weights, barLabel) {
      TileSheet(
        width: $0, height: $1, count: weights.count, columns: min(columns, weights.count), largestSide: 170,
        names: names)
    }
  }

  /// The windows of a convolution, one for each pair of channels, which are given by their indices.
  package init(
    title: String, subtitle: String = "", outputs: [Int], inputs: [Int], weights: [GreyImage],
    barLabel: String
  ) throws(FigureError) {
    guard weights.count == outputs.count * inputs.count else {
      throw .invalid("\(weights.count) windows are not \(outputs.count) x \(inputs.count) channels")
    }
    try self.init(title, subtitle, weights, barLabel) {
      TileSheet(
        width: $0, height: $1, count: weights.count, columns: inputs.count, largestSide: 60,
        names: inputs.map(String.init), rowNames: outputs.map(String.init), rowTitle: "output channel",
        columnTitle: "input channel")
    }
  }

  private init(
    _ title: String, _ subtitle: String, _ weights: [GreyImage], _ barLabel: String,
    sheet: (_ width: Int, _ height: Int) -> TileSheet
  ) throws(FigureError) {
    guard let first = weights.first else { throw .invalid("there are no filters to draw") }
    guard weights.allSatisfy({ $0.width == first.width && $0.height == first.height }) else {
      throw .invalid("the filters differ in shape")
    }
    self.title = title
    self.subtitle = subtitle
    self.barLabel = barLabel
    self.weights = weights
    self.sheet = sheet(first.width, first.height)
    let largest = weights.lazy.flatMap(\.values).filter(\.isFinite).map(\.magnitude).max() ?? 0
    limit = largest > 0 ? Double(largest) : 1
  }

  private var page: TilePage {
    let axis = Axis(
      lower: -limit, upper: limit, ticks: Ticks.nice(-limit, limit, maximum: 7), label: barLabel)
    return TilePage(title: title, subtitle: subtitle, sheet: sheet, axis: axis, map: .diverging)
  }

  package func arrangement(_ text: TextMeasure) -> TilePage.Arrangement { page.arrangement(text) }

  package func draw(_ place: TilePage.Arrangement, on canvas: Canvas, _ text: TextMeasure) {
    page.draw(place, weights, on: canvas, text, hasBorders: false)
  }
}
