/// What the outputs of a batch should be, in the caller's memory.
package enum Target {
  /// The class of each sample, [batch].
  case labels(UnsafePointer<Int64>)
  /// A number for each output, [batch, outputs].
  case values(Floats, count: Int)

  func label(of sample: Int) -> Int? {
    if case .labels(let labels) = self { Int(labels[sample]) } else { nil }
  }
}
