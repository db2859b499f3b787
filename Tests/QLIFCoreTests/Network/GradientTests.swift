import Testing

@testable import QLIFCore

/// Every gradient against finite differences of the oracle: each surrogate, leak, loss, bound and reset, for inputs
/// constant in time and sequences, through three layers.
@Suite struct GradientTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var neuron: QLIF
    var loss: Loss
    var isSequence: Bool
    var testDescription: String {
      "\(neuron.surrogate) \(neuron.leak) bound \(neuron.driveBound) refractory \(neuron.isRefractory) \(loss.description.text)"
        + (isSequence ? " sequence" : " constant")
    }
  }

  static let losses =
    Reading.allCases.map { Loss(CrossEntropy(), $0) } + Reading.allCases.map { Loss(MeanSquaredError(), $0) }

  static let cases: [Case] = {
    var cases: [Case] = []
    for leak in QLIF.Leak.allCases {
      for surrogate in SurrogateKind.allCases {
        for loss in losses {
          for (isSequence, isRefractory) in [(false, true), (true, false), (true, true), (false, false)] {
            var neuron = QLIF()
            neuron.leak = leak
            neuron.surrogate = surrogate
            neuron.slope = surrogate == .triangular ? 1.3 : 2.5
            neuron.isRefractory = isRefractory
            neuron.driveBound = isSequence == isRefractory ? .tanh : .none
            cases.append(Case(neuron: neuron, loss: loss, isSequence: isSequence))
          }
        }
      }
    }
    return cases
  }()

  @Test(arguments: cases)
  func agreesWithFiniteDifferences(_ test: Case) throws {
    var random = TestRandom(7)
    let steps = 6
    let batch = 3
    let network = try Network.dense([5, 20, 7, 4], test.neuron, steps: steps, seed: 11)
    network.widen(2.5)
    let length = test.isSequence ? steps : 0
    let values = random.floats(max(1, length) * batch * 5, -0.5...1)
    let answers =
      test.loss.criterion is CrossEntropy
      ? Answers.labels([0, 3, 1]) : .values(random.floats(batch * 4, -1...4))

    let (loss, gradients) = try network.gradients(
      values, answers, batch: batch, steps: length, loss: test.loss)
    let oracle = network.oracle(values, batch: batch, steps: length)
    let base = oracle.run()
    #expect(abs(loss - oracle.loss(base, answers, test.loss)) < 1e-4 * max(1, abs(loss)))

    var compared = 0
    for (index, layer) in oracle.layers.enumerated() {
      for name in ["drive_weight", "delay_weight", "drive_bias", "delay_bias"] {
        let engine = try #require(gradients["\(index).\(name)"])
        let largest = engine.map(abs).max() ?? 0
        let width = engine.count / layer.driveBias.count
        // A spread of the entries: each costs two runs of the oracle.
        for entry in stride(from: 0, to: engine.count, by: max(1, engine.count / 11)) {
          let row = entry / width
          let path: WritableKeyPath<Oracle, Double> =
            switch name {
            case "drive_weight": \.layers[index].driveWeight[row][entry % width]
            case "delay_weight": \.layers[index].delayWeight[row][entry % width]
            case "drive_bias": \.layers[index].driveBias[row]
            default: \.layers[index].delayBias[row]
            }
          let expected = oracle.derivative(base, answers, test.loss, at: path)
          #expect(
            abs(Double(engine[entry]) - expected) < 1e-3 * Double(largest) + 2e-6,
            "\(index).\(name)[\(entry)]: engine \(engine[entry]), finite difference \(expected)")
          compared += expected == 0 ? 0 : 1
        }
      }
    }
    #expect(compared > 30, "too few gradients that are not 0 for this to mean anything")
  }

  @Test func constantInputGivesTheDelayNoGradient() throws {
    let network = try Network.dense([6, 8, 3])
    network.widen(2)
    var random = TestRandom(3)
    let values = random.floats(24, -1...1)
    // Once as a sequence, so that the gradients hold something, then constant: docs/model.md#constant-input.
    let sequence = (0..<9).flatMap { _ in values }
    let first = try network.gradients(sequence, labels: [0, 1, 2, 0], steps: 9)
    let second = try network.gradients(values, labels: [0, 1, 2, 0])
    #expect(abs(first.loss - second.loss) < 1e-5)
    for name in ["0.delay_weight", "0.delay_bias"] {
      #expect(second.gradients[name]?.allSatisfy { $0 == 0 } == true)
    }
    for (name, gradient) in second.gradients {
      let largest = gradient.map(abs).max() ?? 0
      for (a, b) in zip(gradient, first.gradients[name] ?? []) where !name.hasPrefix("0.delay") {
        #expect(abs(a - b) < 1e-4 * largest + 1e-7)
      }
    }
  }
}
