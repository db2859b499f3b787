import Glibc
import KernelTypes
import Testing

@testable import QLIFCore

@Suite struct LearningTests {
  /// Two classes told apart by which half of the input is bright.
  static func halves(_ count: Int, seed: UInt64 = 1) -> (values: [Float], labels: [Int]) {
    var random = TestRandom(seed)
    var values: [Float] = []
    let labels = (0..<count).map { $0 % 2 }
    for label in labels {
      values += (0..<16).map { i in Float(random.uniform(0...0.3) + ((i < 8) == (label == 0) ? 0.6 : 0)) }
    }
    return (values, labels)
  }

  /// A training step without its update.
  static func learn(
    _ network: Network, _ values: [Float], _ labels: [Int], _ loss: Loss, dropoutKey: UInt64
  ) throws -> Report {
    try network.withInput(values, batch: labels.count) { input in
      try Answers.labels(labels).withTarget {
        try network.learn(input, $0, loss: loss, readout: .membrane, dropoutKey: dropoutKey)
      }
    }
  }

  static func configuration(_ change: (inout TrainerConfiguration) -> Void = { _ in }) -> TrainerConfiguration
  {
    var configuration = TrainerConfiguration()
    configuration.learningRate = 0.01
    change(&configuration)
    return configuration
  }

  @Test(arguments: Reading.allCases)
  func learnsToTellHalvesApart(_ reading: Reading) throws {
    let loss = Loss(CrossEntropy(), reading)
    let network = try Network.dense([16, 24, 2], steps: 8)
    let trainer = try Trainer(network, Self.configuration { $0.loss = loss })
    let (values, labels) = Self.halves(60)
    let first = try trainer.step(values, labels: labels)
    for _ in 0..<80 { _ = try trainer.step(values, labels: labels) }
    let (unseen, truth) = Self.halves(40, seed: 2)
    let report = try network.evaluate(unseen, labels: truth, loss: loss)
    #expect(report.loss < first.loss)
    #expect(report.correct >= 38)
  }

  @Test func adamIsAdam() throws {
    let network = try Network.dense([16, 4, 2], steps: 4)
    network.widen(3)
    let trainer = try Trainer(
      network,
      Self.configuration {
        $0.weightDecay = 0.1
        $0.clipNorm = 0.05
      })
    let (values, labels) = Self.halves(10)
    var mean: [String: [Double]] = [:]
    var square = mean
    for t in 1...5 {
      let before = Dictionary(
        uniqueKeysWithValues: network.parameters.map { ($0.name, $0.values.values.map(Double.init)) })
      let report = try trainer.step(values, labels: labels)
      let gradients = Dictionary(
        uniqueKeysWithValues: network.parameters.map { ($0.name, $0.gradient.values.map(Double.init)) })
      let norm = gradients.values.joined().reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(norm - report.gradientNorm) < 1e-5 * norm)
      #expect(norm > 0.05)
      for parameter in network.parameters {
        let name = parameter.name
        let isIdle = name.hasPrefix("0.delay")
        for i in 0..<parameter.count {
          let g = try #require(gradients[name])[i] * 0.05 / norm
          let m = 0.9 * (mean[name]?[i] ?? 0) + 0.1 * g
          let v = 0.999 * (square[name]?[i] ?? 0) + 0.001 * g * g
          mean[name, default: Array(repeating: 0, count: parameter.count)][i] = m
          square[name, default: Array(repeating: 0, count: parameter.count)][i] = v
          let old = try #require(before[name])[i]
          let decay = name.hasSuffix("bias") ? 0 : 0.01 * 0.1 * old
          let step =
            0.01 * (m / (1 - pow(0.9, Double(t)))) / ((v / (1 - pow(0.999, Double(t)))).squareRoot() + 1e-8)
          // A delay of an input constant in time has no part in anything: not even its weights decay.
          let expected = isIdle ? old : old - decay - step
          #expect(abs(Double(parameter.values.base[i]) - expected) < 2e-6, "\(name)[\(i)] at update \(t)")
        }
      }
    }
  }

  @Test func schedulesHaveTheirShapes() {
    func rates(_ schedule: Schedule) -> [Double] {
      (0..<101).map { schedule.rate(step: $0, total: 101, peak: 1, warmup: 0.3) }
    }
    #expect(rates(.constant).allSatisfy { $0 == 1 })
    let cosine = rates(.cosine)
    #expect(cosine[0] == 1 && abs(cosine[50] - 0.5) < 1e-12 && cosine[100] < 1e-12)
    let cycle = rates(.oneCycle)
    #expect(abs(cycle[0] - 0.04) < 1e-12 && cycle[30] == 1 && abs(cycle[100] - 4e-6) < 1e-12)
    #expect(zip(cycle[...30], cycle[1...30]).allSatisfy { $0 < $1 })
    #expect(zip(cycle[30...], cycle[31...]).allSatisfy { $0 > $1 })
    #expect(Schedule.oneCycle.rate(step: 500, total: 101, peak: 1, warmup: 0.3) == cycle[100])
    #expect(Schedule.oneCycle.rate(step: 0, total: 1, peak: 1, warmup: 0.3).isFinite)
  }

  @Test func dropoutLeavesOutItsShareAndKeepsTheGradientExact() throws {
    let batch = 4
    let steps = 10
    var neuron = QLIF()
    neuron.dropout = 0.25
    let network = try Network.dense([6, 500, 3], neuron, steps: steps, seed: 3)
    network.widen(4)
    var random = TestRandom(1)
    let values = random.floats(batch * 6)
    let labels = [0, 1, 2, 0]
    let key: UInt64 = 42
    _ = try Self.learn(network, values, labels, Loss(), dropoutKey: key)
    let withDropout = network.parameters.map { Array($0.gradient.values) }

    // Which spikes were left out, asked of the neurons again.
    let layer = network.layers[0]
    let shape = layer.shape
    let population = try #require(layer.neuron).population(of: shape, noise: nil, steps: steps)
    var oracle = network.oracle(values, batch: batch)
    let plain = oracle.run()
    var gains = plain.spikes.map { $0.map { $0.map { $0.map { _ in 1.0 } } } }
    var kept = 0.0
    var fired = 0.0
    let scratch = try Buffer<UInt8>(layer.scratchBytes(steps: steps, learns: false), for: "test")
    for sample in 0..<batch {
      let drive = (0..<shape.paddedUnits).map { unit -> Float in
        guard unit < 500 else { return 0 }
        let row = oracle.layers[0].driveWeight[unit]
        return Float(
          zip(row, oracle.input[0][sample]).reduce(oracle.layers[0].driveBias[unit]) { $0 + $1.0 * $1.1 })
      }
      var bits = [UInt16](repeating: 0, count: steps * shape.words * 4)
      let run = NeuronRun(
        range: StepRange(count: steps), groups: shape.groups, spikeStride: shape.words * 4,
        dropout: Dropout(probability: neuron.dropout, key: Counter.key(Counter.key(key, 0), sample)),
        scratch: UnsafeMutableRawPointer(scratch.base))
      drive.withUnsafeBufferPointer { drive in
        guard let base = drive.baseAddress else { return }
        _ = population.forward(
          Currents(base: base, stride: 0, offset: 0, count: 1), run, spikes: &bits, membrane: nil)
      }
      for step in 0..<steps {
        for unit in 0..<500 {
          let passed = bits[step * shape.words * 4 + unit / 16] >> UInt16(unit % 16) & 1 == 1
          let spiked = plain.spikes[0][step][sample][unit] == 1
          #expect(!passed || spiked)
          fired += spiked ? 1 : 0
          kept += passed ? 1 : 0
          gains[0][step][sample][unit] = spiked ? (passed ? 1 / 0.75 : 0) : .nan
        }
      }
    }
    #expect(fired > 1000)
    #expect(abs(kept / fired - 0.75) < 4 * (0.75 * 0.25 / fired).squareRoot())

    // The output layer's gradient sees only spikes that fired: compare it with the oracle under the same gains.
    oracle.gains = gains.map { $0.map { $0.map { $0.map { $0.isNaN ? 1 : $0 } } } }
    let base = oracle.run()
    for (index, parameter) in network.parameters.enumerated() where parameter.name == "1.drive_weight" {
      let largest = withDropout[index].map(abs).max() ?? 0
      for entry in stride(from: 0, to: 1500, by: 131) {
        let expected = oracle.derivative(
          base, .labels(labels), Loss(),
          at: \.layers[1].driveWeight[entry / 500][entry % 500])
        #expect(abs(Double(withDropout[index][entry]) - expected) < 1e-3 * Double(largest) + 1e-6)
      }
    }
  }

  @Test func outputLayerHasNoDropout() throws {
    var neuron = QLIF()
    neuron.dropout = 0.9
    let network = try Network.dense([16, 2], neuron, steps: 6)
    network.widen(3)
    let (values, labels) = Self.halves(6)
    let loss = Loss(CrossEntropy(), .spikeCount)
    let plain = try network.evaluate(values, labels: labels, loss: loss)
    #expect(try Self.learn(network, values, labels, loss, dropoutKey: 1).loss == plain.loss)
  }

  @Test func nothingIsUpdatedWhereTheLossIsNotFinite() throws {
    let network = try Network.dense([16, 8, 2])
    let trainer = try Trainer(network, Self.configuration())
    network.parameters[0].values.base[3] = .nan
    let before = network.bits
    let (values, labels) = Self.halves(4)
    #expect(throws: QLIFError.self) { try trainer.step(values, labels: labels) }
    #expect(trainer.stepCount == 0)
    #expect(network.bits == before)
  }
}
