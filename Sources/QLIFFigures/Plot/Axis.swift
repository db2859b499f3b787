/// One axis of a panel: the values it spans, its ticks and what it shows.
struct Axis: Sendable {
  var lower: Double
  var upper: Double
  var ticks: [Tick]
  /// What the axis shows, with its unit; may be empty.
  var label = ""
  /// Whether the ticks carry their labels; inner panels that share an axis leave them out.
  var showsTickLabels = true

  /// Where `value` lies from 0 (lower end) to 1 (upper end).
  func share(_ value: Double) -> Double {
    upper > lower ? (value - lower) / (upper - lower) : 0.5
  }
}
