import Testing

@testable import QLIFCore

/// A network whose parameters are transformed computes as one whose parameters are what the transform makes of them.
@Suite struct ParameterTransformTests {
  /// Rounds to steps of 1/8.
  struct Rounding: ParameterTransform {
    func apply(_ values: Floats, count: Int, shape: [Int], into target: MutableFloats) {
      for i in 0..<count { target[i] = (values[i] * 8).rounded() / 8 }
    }
  }

  /// The first layer takes numbers, the others spikes.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var inputShape: [Int]
    var layers: [JSONValue]

    func network() throws -> Network {
      let network = try Network.make(inputShape, steps: 6, seed: 3, layers: layers)
      network.widen(2)
      return network
    }
  }

  static let cases = [
    Case(testDescription: "dense", inputShape: [12], layers: [.dense(40), .dense(17, LIF()), .dense(3)]),
    Case(
      testDescription: "conv2d", inputShape: [2, 7, 7],
      layers: [
        .conv2d(.init(channels: 6, kernelHeight: 3, kernelWidth: 3)), .maxPool2d(2, ties: .membrane),
        .conv2d(.init(channels: 5, kernelHeight: 2, kernelWidth: 2, padding: 1), LIF()), .dense(3),
      ]),
    Case(
      testDescription: "averages", inputShape: [1, 9, 9],
      layers: [
        .conv2d(.init(channels: 4, kernelHeight: 2, kernelWidth: 2)), .averagePool2d(2),
        .conv2d(.init(channels: 5, kernelHeight: 2, kernelWidth: 2)), .averagePool2d(2), .dense(3),
      ]),
  ]

  static let labels = [0, 2, 1, 1]

  func values(_ network: Network, steps: Int) -> [Float] {
    var random = TestRandom(11)
    return random.floats(max(1, steps) * Self.labels.count * network.features, -0.3...1)
  }

  /// Expects the same run and the same gradients, to the bit.
  func expectEqual(_ one: Network, _ other: Network, steps: Int) throws {
    let values = values(one, steps: steps)
    let batch = Self.labels.count
    let (a, b) = try (
      one.record(values, batch: batch, steps: steps, currents: true),
      other.record(values, batch: batch, steps: steps, currents: true)
    )
    #expect(a.currents == b.currents)
    #expect(a.membrane == b.membrane)
    #expect(a.spikes == b.spikes)
    #expect(a.spikes.allSatisfy { $0.contains { $0 > 0 } })
    let (left, right) = try (
      one.gradients(values, labels: Self.labels, steps: steps),
      other.gradients(values, labels: Self.labels, steps: steps)
    )
    #expect(left.loss == right.loss)
    #expect(left.gradients == right.gradients)
    #expect(left.gradients.values.contains { $0.contains { $0 != 0 } })
  }

  @Test(arguments: cases, [0, 6])
  func roundedWeightsAreWhatLayersRead(_ test: Case, _ steps: Int) throws {
    let plain = try test.network()
    let transformed = try test.network()
    let rounded = try test.network()
    for (parameter, target) in zip(transformed.parameters, rounded.parameters) {
      parameter.transform = Rounding()
      Rounding().apply(
        parameter.values.base, count: parameter.count, shape: parameter.shape, into: target.values.base)
    }
    #expect(rounded.bits != plain.bits)
    // The gradient passes straight through: it is that of the rounded values.
    try expectEqual(transformed, rounded, steps: steps)
    // The values themselves stay.
    #expect(transformed.bits == plain.bits)
    // Values that change are transformed again.
    for network in [transformed, rounded] { network.parameters[0].values.base[1] = 0.75 }
    try expectEqual(transformed, rounded, steps: steps)
    plain.parameters[0].values.base[1] = 0.75
    for parameter in transformed.parameters { parameter.transform = nil }
    try expectEqual(transformed, plain, steps: steps)
  }

  /// Training moves the values, by the gradients of the rounded ones.
  @Test func trainingMovesTheValuesBehind() throws {
    let plain = try Self.cases[0].network()
    let transformed = try Self.cases[0].network()
    for parameter in transformed.parameters { parameter.transform = Rounding() }
    let trainer = try Trainer(transformed, .with { $0.learningRate = 1e-3 })
    _ = try trainer.step(values(transformed, steps: 0), labels: Self.labels)
    var moved = 0
    for (parameter, before) in zip(transformed.parameters, plain.parameters) {
      for i in 0..<parameter.count {
        // Adam's first step is the rate, against the gradient.
        let gradient = parameter.gradient.base[i]
        guard parameter.hasGradient, abs(gradient) > 1e-6 else { continue }
        let expected = before.values.base[i] - (gradient > 0 ? 1e-3 : -1e-3)
        #expect(abs(parameter.values.base[i] - expected) < 2e-5)
        moved += 1
      }
    }
    #expect(moved > 100)
  }
}
