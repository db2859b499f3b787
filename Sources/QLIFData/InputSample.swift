/// One sample of an array, as a network takes it.
public struct InputSample: Equatable, Sendable {
  /// Constant in time: the features. A sequence: step after step.
  public var values: [Float]
  /// The steps of a sequence; 0 where the input is the same at every step.
  public var steps: Int
  /// The sizes of one step's picture, where the array says so.
  public var shape: [Int]

  /// A sample of these values.
  public init(values: [Float], steps: Int, shape: [Int]) {
    self.values = values
    self.steps = steps
    self.shape = shape
  }
}

extension NPY {
  /// Sample `index` of the array for a network whose input has `inputShape`.
  ///
  /// The last dimensions are the input: `inputShape` itself, else as many as hold that number of
  /// values. What is left in front is nothing, `[batch]` or `[steps, batch]`; with `isSequence` it is
  /// `[steps]` or `[steps, batch]`.
  public func sample(
    _ index: Int, inputShape: [Int], isSequence: Bool = false
  ) throws(DataError) -> InputSample {
    let features = inputShape.reduce(1, *)
    let sizes = shape.map(String.init).joined(separator: ", ")
    let mismatch = DataError.unsuitable(
      "an array of shape [\(sizes)] is no input of \(features) values (\(inputShape.map(String.init).joined(separator: " x ")))"
    )
    guard features > 0, let leading = leadingDimensions(inputShape, features, isSequence) else {
      throw mismatch
    }
    let batchAxis = isSequence || leading == 2 ? 1 : 0
    let batch = batchAxis < leading ? shape[batchAxis] : 1
    let steps = leading == 2 || isSequence ? shape[0] : 0
    guard batch > 0 else { throw .unsuitable("an array of shape [\(sizes)] holds no sample") }
    guard (0..<batch).contains(index) else {
      throw .unsuitable(
        "index \(index) is outside 0 ... \(batch - 1), the samples of an array of shape [\(sizes)]")
    }
    guard leading < 2 && !isSequence || steps > 0 else { throw .unsuitable("a sequence of no steps") }
    var picked: [Float] = []
    for step in 0..<max(steps, 1) {
      let start = (step * batch + index) * features
      picked.append(contentsOf: values(start..<(start + features)))
    }
    guard picked.allSatisfy(\.isFinite) else {
      throw .unsuitable("sample \(index) holds values that are not finite")
    }
    return InputSample(values: picked, steps: steps, shape: Array(shape[leading...]))
  }

  /// How many dimensions stand before one step's input: 0, 1 or 2, for a sequence 1 or 2.
  private func leadingDimensions(_ inputShape: [Int], _ features: Int, _ isSequence: Bool) -> Int? {
    let allowed = isSequence ? 1...2 : 0...2
    let exact = shape.count - inputShape.count
    if allowed.contains(exact), Array(shape[exact...]) == inputShape { return exact }
    // Sizes in front of a checked array cannot overflow: their product is the count of values, unless
    // another size is 0, and then there is no sample at all.
    guard count > 0 else { return nil }
    return allowed.first { leading in
      leading < max(shape.count, 1) && shape[leading...].reduce(1, *) == features
    }
  }
}
