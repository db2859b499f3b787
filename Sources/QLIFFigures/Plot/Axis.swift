import Glibc

/// One axis of a panel: the values it spans, its ticks and what it shows.
public struct Axis: Sendable {
  /// The value at the lower or left end.
  public var lower: Double
  /// The value at the other end.
  public var upper: Double
  /// The marked places.
  public var ticks: [Tick]
  /// What the axis shows, with its unit; may be empty.
  public var label: String
  /// Whether the ticks carry their labels; inner panels that share an axis leave them out.
  public var showsTickLabels: Bool
  /// Whether thin lines cross the panel at the ticks.
  public var showsGrid: Bool
  /// Whether equal distances are equal factors; both ends must be above 0.
  public var isLogarithmic: Bool

  /// An axis from `lower` to `upper`.
  public init(
    _ lower: Double, _ upper: Double, ticks: [Tick], label: String = "", showsTickLabels: Bool = true,
    showsGrid: Bool = false, isLogarithmic: Bool = false
  ) {
    self.lower = lower
    self.upper = upper
    self.ticks = ticks
    self.label = label
    self.showsTickLabels = showsTickLabels
    self.showsGrid = showsGrid
    self.isLogarithmic = isLogarithmic
  }

  /// Where `value` lies from 0 (lower end) to 1 (upper end).
  public func share(_ value: Double) -> Double {
    guard upper > lower else { return 0.5 }
    return isLogarithmic ? log(value / lower) / log(upper / lower) : (value - lower) / (upper - lower)
  }
}
