/// - Throws: where `value` is not finite or not allowed; the message names it.
func check(
  _ name: String, _ value: Float, _ expected: String, _ isAllowed: (Float) -> Bool = { _ in true }
) throws(QLIFError) {
  guard value.isFinite, isAllowed(value) else { throw .invalid("\(name): \(value), expected \(expected)") }
}

/// - Throws: where `value` is not finite or not allowed; the message names it.
func check(
  _ name: String, _ value: Double, _ expected: String, _ isAllowed: (Double) -> Bool = { _ in true }
) throws(QLIFError) {
  guard value.isFinite, isAllowed(value) else { throw .invalid("\(name): \(value), expected \(expected)") }
}
