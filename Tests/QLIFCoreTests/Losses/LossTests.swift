import Glibc
import Testing

@testable import QLIFCore

/// Losses by hand; their gradients are compared with finite differences in `GradientTests`.
@Suite struct LossTests {
  /// Two outputs with drives that turn them by pi/2 and by pi/3 in each of four steps.
  static func network() throws -> Network {
    let network = try Network.dense(
      [1, 2], QLIF.with { ($0.isRefractory, $0.threshold) = (false, 0.8) }, steps: 4)
    for parameter in network.parameters { parameter.values.values.update(repeating: 0) }
    let weights = try network.parameter("0.drive_weight").values
    (weights.base[0], weights.base[1]) = (1 / 2, 1 / 3)
    return network
  }

  /// [step][output]: sin^2 of pi/4 and, with a spike, pi/2, twice; sin^2 of pi/6, pi/3, pi/2 with a spike, pi/6.
  static let membranes = [[0.5, 0.25], [1, 0.75], [0.5, 1], [1, 0.25]]

  /// What each reading gives a criterion: rows of numbers whose losses are summed.
  static let readings: [(Reading, [[Double]])] = [
    (.membrane, membranes), (.membraneSum, [[3, 2.25]]), (.spikeCount, [[2, 1]]),
  ]

  func loss(_ loss: Loss, _ answers: Answers, batch: Int = 1) throws -> Double {
    let network = try Self.network()
    return try network.withInput(Array(repeating: 1, count: batch), batch: batch) { input in
      try answers.withTarget { try network.evaluate(input, $0, loss: loss, readout: .membrane).loss }
    }
  }

  @Test(arguments: readings)
  func meanSquaredErrorByHand(_ reading: Reading, _ rows: [[Double]]) throws {
    let targets = [0.75, -2.0]
    let expected = rows.reduce(0) { $0 + (pow($1[0] - targets[0], 2) + pow($1[1] - targets[1], 2)) / 2 }
    let found = try loss(Loss(MeanSquaredError(), reading), .values(targets.map { Float($0) }))
    #expect(abs(found - expected) < 1e-5)
  }

  @Test func meanSquaredErrorInNumbers() throws {
    let squares = { (reading: Reading) in Loss(MeanSquaredError(), reading) }
    #expect(abs(try loss(squares(.membraneSum), .values([1, 0.25])) - (4 + 4) / 2) < 1e-5)
    #expect(abs(try loss(squares(.spikeCount), .values([5, 2])) - (9 + 1) / 2) < 1e-6)
    #expect(
      abs(try loss(squares(.membrane), .values([1, 1])) - (0.8125 + 0.0625 + 0.25 + 0.5625) / 2) < 1e-5)
    // The mean over the batch of 5 and 0.
    #expect(abs(try loss(squares(.spikeCount), .values([5, 2, 2, 1]), batch: 2) - 2.5) < 1e-6)
  }

  @Test(arguments: readings)
  func crossEntropyByHand(_ reading: Reading, _ rows: [[Double]]) throws {
    for label in 0...1 {
      let expected = rows.reduce(0) { $0 + log(exp($1[0]) + exp($1[1])) - $1[label] }
      #expect(abs(try loss(Loss(CrossEntropy(), reading), .labels([label])) - expected) < 1e-5)
    }
  }

  @Test func targetsThatDoNotFitAreNamed() throws {
    func message(_ criterion: any Criterion, _ answers: Answers, batch: Int = 1) -> String {
      StrictReadingTests.message { _ = try loss(Loss(criterion), answers, batch: batch) }
    }
    #expect(
      message(CrossEntropy(), .values([1, 2]))
        == "target.values: the loss cross_entropy compares with classes, expected labels")
    #expect(
      message(MeanSquaredError(), .labels([1]))
        == "target.labels: the loss mse compares with numbers, expected values")
    #expect(message(CrossEntropy(), .labels([0, 2]), batch: 2) == "target.labels[1]: 2, expected 0 to 1")
    #expect(message(CrossEntropy(), .labels([-1])) == "target.labels[0]: -1, expected 0 to 1")
    #expect(
      message(MeanSquaredError(), .values([1, 2, 3]), batch: 2)
        == "target.values: 3 values, expected 4 for [2, 2]")
    #expect(
      message(MeanSquaredError(), .values([1, .nan]))
        == "target.values: they hold NaN or infinity, expected finite values")
  }

  @Test func numbersAreNoPredictionsThatAreRight() throws {
    let network = try Self.network()
    let report = try network.withInput([1], batch: 1) { input in
      try Answers.values([1, 0]).withTarget {
        try network.evaluate(input, $0, loss: Loss(MeanSquaredError()), readout: .membrane)
      }
    }
    #expect(report.correct == 0 && report.loss > 0)
  }

  @Test(arguments: Reading.allCases)
  func trainingBringsNumbersToTheirTargets(_ reading: Reading) throws {
    let network = try Network.dense([16, 24, 2], LIF(), steps: 8)
    let trainer = try Trainer(
      network, LearningTests.configuration { $0.loss = Loss(MeanSquaredError(), reading) })
    let (values, labels) = LearningTests.halves(20)
    let targets = Answers.values(labels.flatMap { $0 == 0 ? [3, 0.5] : [0.5, 3] })
    func step() throws -> Double {
      try network.withInput(values, batch: 20) { input in
        try targets.withTarget { try trainer.step(input, $0).loss }
      }
    }
    let first = try step()
    for _ in 0..<80 { _ = try step() }
    #expect(try step() < first / 3)
  }
}
