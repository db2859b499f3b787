import Glibc
import Testing

@testable import QLIFCore

@Suite struct SimulationTests {
  /// One neuron with a drive and a delay current of the test's choice at each step.
  func trace(_ neuron: QLIF, drive: [Float], delay: [Float]) throws -> (alpha: [Float], spikes: [Float]) {
    let network = try Network.dense([2, 1], neuron, steps: 1)
    for parameter in network.parameters { parameter.values.values.update(repeating: 0) }
    try network.parameter("0.drive_weight").values.base[0] = 1
    try network.parameter("0.delay_weight").values.base[1] = 1
    let values = zip(drive, delay).flatMap { [$0, $1] }
    let recording = try network.record(values, batch: 1, steps: drive.count)
    return (recording.membrane[0], recording.spikes[0])
  }

  func expect(_ got: [Float], _ wanted: [Double], within tolerance: Double = 1e-6) {
    #expect(got.count == wanted.count)
    for (a, b) in zip(got, wanted) { #expect(abs(Double(a) - b) < tolerance, "\(got) instead of \(wanted)") }
  }

  @Test func handComputedTraceWithRefractoryStep() throws {
    // u = 1/3: theta = pi/3. phi: pi/3, 2 pi/3 (alpha 3/4 = threshold: no spike), then a leak of a half-life,
    // then pi/3 more; u = 1 from there fires; the step after is 0 whatever comes in.
    let halfLife = Float(60 * log(2.0) / 200)
    let third = Float(1.0 / 3)
    var neuron = QLIF()
    neuron.threshold = 0.7500001
    let (alpha, spikes) = try trace(
      neuron, drive: [third, third, 0, third, 0.9, 1, third], delay: [0, 0, halfLife, 0, 0, 0, 0])
    let afterLeak = 0.375
    let phi = 2 * asin(afterLeak.squareRoot())
    let driven = pow(sin((phi + .pi / 3) / 2), 2)
    #expect(driven > 0.75)
    expect(alpha, [0.25, 0.75, afterLeak, driven, 0, 1, 0], within: 2e-6)
    #expect(spikes == [0, 0, 0, 1, 0, 1, 0])
  }

  @Test func handComputedTraceWithoutRefractoryStep() throws {
    var neuron = QLIF()
    neuron.isRefractory = false
    // A spike leaves phi 0; the next drive starts from there, and a leak of nothing is nothing.
    let (alpha, spikes) = try trace(neuron, drive: [1, 0.5, 1, -1, 0.5], delay: [0, 0, 0, 5, 0])
    let leaked = 0.5 * exp(-200 * 5.0 / 60)
    let last = pow(sin(asin(leaked.squareRoot()) + .pi / 4), 2)
    expect(alpha, [1, 0.5, 0.5, leaked, last], within: 2e-6)
    #expect(spikes == [1, 0, 0, 0, 0])
  }

  @Test(arguments: [(0.0, 0.6, 0.0), (1, 0.2207, 0.1495), (3, 0.0299, 0.4272)])
  func leaksAsMeasured(_ waited: Double, _ relaxation: Double, _ published: Double) throws {
    // docs/model.md#the-published-leak: alpha 0.6 after delay / T1 of 0, 1, 3.
    let u = Float(2 * asin(0.6.squareRoot()) / .pi)
    for (leak, expected) in [(QLIF.Leak.relaxation, relaxation), (.published, published)] {
      var neuron = QLIF()
      neuron.leak = leak
      let alpha = try trace(neuron, drive: [u, 0], delay: [0, Float(waited * 60 / 200)]).alpha
      expect(alpha, [0.6, expected], within: 6e-5)
    }
  }

  @Test func boundedDriveTurnsByTanh() throws {
    var neuron = QLIF()
    neuron.driveBound = .tanh
    neuron.driveScale = 2
    for u in [0.1, 0.7, 3, 40] {
      expect(try trace(neuron, drive: [Float(u)], delay: [0]).alpha, [pow(sin(tanh(u)), 2)])
    }
  }

  @Test func largeDrivesStayInRange() throws {
    for u: Float in [100, 1e4, 1e7, 1e19] {
      var neuron = QLIF()
      neuron.driveScale = 1
      let alpha = try trace(neuron, drive: [u, u], delay: [0, 0]).alpha
      #expect(alpha.allSatisfy { (0...1.00001).contains($0) })
    }
    #expect(throws: QLIFError.self) { try trace(QLIF(), drive: [3e38], delay: [0]) }
    // 1000 rad: still an angle.
    var neuron = QLIF()
    neuron.driveScale = 1
    neuron.threshold = 0.999999
    expect(try trace(neuron, drive: [1000], delay: [0]).alpha, [pow(sin(500.0), 2)], within: 1e-4)
  }

  @Test(arguments: [1, 15, 16, 17, 63, 64, 65, 130], [false, true])
  func agreesWithTheOracleAtAnyWidth(_ units: Int, _ isSequence: Bool) throws {
    var random = TestRandom(UInt64(units))
    let network = try Network.dense([7, units, 5], steps: 11, seed: 5)
    network.widen(2.5)
    let length = isSequence ? 8 : 0
    let values = random.floats(max(1, length) * 4 * 7, -0.4...1)
    let recording = try network.record(values, batch: 4, steps: length)
    let trace = network.oracle(values, batch: 4, steps: length).run()
    var fired = 0.0
    for layer in 0..<2 {
      let alpha = trace.alpha[layer].flatMap { $0.flatMap { $0 } }
      let spikes = trace.spikes[layer].flatMap { $0.flatMap { $0 } }
      for (a, b) in zip(recording.membrane[layer], alpha) { #expect(abs(Double(a) - b) < 1e-5) }
      #expect(recording.spikes[layer].map(Double.init) == spikes)
      fired += spikes.reduce(0, +)
    }
    #expect(fired > 0)
  }

  @Test func resultsDoNotDependOnTheNumberOfThreads() throws {
    var random = TestRandom(2)
    let values = random.floats(60 * 50)
    let labels = (0..<60).map { $0 % 10 }
    func run(_ threads: Int) throws -> ([[UInt32]], [Double]) {
      try Threads.setCount(threads)
      defer { try? Threads.setCount(0) }
      var neuron = QLIF()
      neuron.dropout = 0.3
      let network = try Network.dense([50, 200, 30, 10], neuron, steps: 12, seed: 9)
      network.widen(3)
      let trainer = try Trainer(network, TrainerConfiguration())
      var losses: [Double] = []
      for _ in 0..<5 { losses.append(try trainer.step(values, labels: labels).loss) }
      return (network.bits, losses)
    }
    let one = try run(1)
    for threads in [2, 3, 7] {
      let many = try run(threads)
      #expect(many.0 == one.0)
      #expect(many.1 == one.1)
    }
  }

  @Test func networksRunOnSeveralThreadsAtOnce() async throws {
    var random = TestRandom(4)
    let values = random.floats(64 * 40)
    let network = try Network.dense([40, 300, 10], steps: 10)
    network.widen(3)
    let expected = try network.record(values, batch: 64).membrane[1]
    let copies = try (0..<6).map { _ in try network.copy() }
    await withTaskGroup(of: [Float].self) { group in
      for copy in copies {
        group.addTask { [values] in (try? copy.record(values, batch: 64))?.membrane[1] ?? [] }
      }
      for await result in group { #expect(result == expected) }
    }
  }
}
