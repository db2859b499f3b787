/// `mean((number - target)^2)` over the outputs.
package struct MeanSquaredError: DifferenceCriterion {
  package static let kind = "mse"
  package static var fields: [Field<MeanSquaredError>] { [] }

  package init() {}

  func cost(_ difference: Float) -> (value: Double, halfSlope: Float) {
    (Double(difference) * Double(difference), difference)
  }
}
