/// A picture of one value per pixel, row by row from the top.
package struct GreyImage: Sendable {
  package let width: Int
  package let height: Int
  package let values: [Float]

  /// Nil where the sizes do not fit the count of values.
  package init?(width: Int, height: Int, values: [Float]) {
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !overflow, area == values.count else { return nil }
    self.width = width
    self.height = height
    self.values = values
  }

  /// The values shown as black and white: 0 and 1 where they hold all values, else the smallest and largest.
  package var range: (lower: Double, upper: Double) {
    let finite = values.filter(\.isFinite)
    guard let least = finite.min(), let most = finite.max() else { return (0, 1) }
    if least >= 0, most <= 1 { return (0, 1) }
    return (Double(least), most > least ? Double(most) : Double(least) + 1)
  }
}
