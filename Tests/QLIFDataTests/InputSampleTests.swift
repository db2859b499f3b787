import QLIFData
import Testing

@Suite struct InputSampleTests {
  /// An array 0, 1, 2, ... of the given shape.
  static func array(_ shape: [Int]) throws -> NPY {
    let values = (0..<shape.reduce(1, *)).map(Float.init)
    return try NPY(npy("<f4", shape, littleEndian(values)), path: "x.npy")
  }

  static func numbers(_ range: Range<Int>) -> [Float] { range.map(Float.init) }

  @Test func oneSampleInEveryShape() throws {
    for (shape, input) in [
      ([6], [6]), ([2, 3], [6]), ([2, 3], [2, 3]), ([1, 2, 3], [1, 2, 3]), ([1, 6], [6]),
    ] {
      let sample = try Self.array(shape).sample(0, inputShape: input)
      #expect(sample.values == Self.numbers(0..<6))
      #expect(sample.steps == 0)
    }
    #expect(try Self.array([2, 3]).sample(0, inputShape: [6]).shape == [2, 3])
  }

  @Test func oneOfABatch() throws {
    for (shape, input) in [
      ([4, 6], [6]), ([4, 2, 3], [6]), ([4, 1, 2, 3], [6]), ([4, 1, 2, 3], [1, 2, 3]),
    ] {
      let sample = try Self.array(shape).sample(2, inputShape: input)
      #expect(sample.values == Self.numbers(12..<18))
      #expect(sample.steps == 0)
    }
  }

  @Test func oneSequenceOfABatch() throws {
    for (shape, input, flag) in [
      ([3, 2, 6], [6], false), ([3, 2, 6], [6], true), ([3, 2, 2, 3], [2, 3], false),
    ] {
      let sample = try Self.array(shape).sample(1, inputShape: input, isSequence: flag)
      #expect(sample.steps == 3)
      #expect(sample.values == Self.numbers(6..<12) + Self.numbers(18..<24) + Self.numbers(30..<36))
    }
    let alone = try Self.array([3, 6]).sample(0, inputShape: [6], isSequence: true)
    #expect(alone.steps == 3)
    #expect(alone.values == Self.numbers(0..<18))
  }

  @Test func misfitsAreRefused() throws {
    for (shape, index) in [
      ([5], 0), ([4, 6], 4), ([4, 6], -1), ([4, 6], .max), ([0, 6], 0), ([2, 0, 6], 0), ([6, 0], 0), ([], 0),
    ] {
      #expect(throws: DataError.self) { try Self.array(shape).sample(index, inputShape: [6]) }
    }
    #expect(throws: DataError.self) { try Self.array([6]).sample(0, inputShape: [6], isSequence: true) }
    #expect(throws: DataError.self) { try Self.array([0, 2, 6]).sample(0, inputShape: [6]) }
    #expect(throws: DataError.self) { try Self.array([2, 2, 2, 6]).sample(0, inputShape: [6]) }
    let odd = try NPY(npy("<f4", [2], littleEndian([Float.nan, 1])), path: "x.npy")
    #expect(throws: DataError.self) { try odd.sample(0, inputShape: [2]) }
  }
}
