import Glibc
import Testing

@testable import QLIFCore

struct QubitTests {
  private func noise(_ random: inout TestRandom) -> QubitNoise {
    var noise = QubitNoise()
    noise.overRotation = random.uniform(-0.2...0.2)
    noise.depolarizing = random.uniform()
    let t1 = random.uniform(1...100)
    noise.relaxation = Relaxation(
      t1: t1, t2: random.uniform(0.1...2) * t1, excitedPopulation: random.uniform())
    noise.gateTime = random.uniform(0...5)
    noise.p01 = random.uniform()
    noise.p10 = random.uniform()
    return noise
  }

  @Test func rotationsAreSpecsSteps() throws {
    var random = TestRandom(1)
    for _ in 0..<200 {
      let (alpha, theta) = (random.uniform(), random.uniform(-10...10))
      var state = try Qubit(population: alpha)
      #expect(abs(state.population - alpha) < 1e-15)
      state.rotate(theta)
      #expect(abs(state.population - pow(sin(asin(alpha.squareRoot()) + theta / 2), 2)) < 2e-15)
      #expect(abs(state.bloch.length - 1) < 2e-15)
    }
  }

  @Test func waitingHasItsLimits() throws {
    let relaxation = Relaxation(t1: 60, t2: 80, excitedPopulation: 0.1)
    var state = Qubit(BlochVector(x: 0.1, y: -0.5, z: -0.3))
    let before = state
    state.wait(0, relaxation)
    #expect(state == before)
    state.wait(.infinity, relaxation)
    #expect(state.bloch == BlochVector(x: 0, y: 0, z: 0.8))
    var example = try Qubit(population: 0.6)
    example.wait(50, Relaxation(t1: 131.5))
    #expect(abs(example.population - 0.6 * exp(-50 / 131.5)) < 1e-15)
    // Two waits are one of their sum.
    var (whole, parts) = (before, before)
    whole.wait(30, relaxation)
    parts.wait(12, relaxation)
    parts.wait(18, relaxation)
    #expect(abs(whole.bloch.z - parts.bloch.z) < 1e-15)
    #expect(abs(whole.bloch.y - parts.bloch.y) < 1e-15)
  }

  @Test func everyChannelKeepsStatesPossible() throws {
    var random = TestRandom(2)
    for _ in 0..<100 {
      let noise = noise(&random)
      try noise.validate()
      var state = Qubit()
      for _ in 0..<20 {
        state.rotate(random.uniform(-7...7), noise)
        if let relaxation = noise.relaxation { state.wait(random.uniform(0...50), relaxation) }
        #expect(state.bloch.length <= 1 + 1e-15)
        #expect((0...1).contains(state.measured(noise)))
      }
    }
  }

  @Test func measurementMixesTheTwoErrors() throws {
    var noise = QubitNoise()
    noise.p01 = 0.02
    noise.p10 = 0.05
    #expect(abs(try Qubit(population: 0.3).measured(noise) - (0.3 * 0.95 + 0.7 * 0.02)) < 1e-15)
  }

  @Test func refusesWhatNoQubitHas() {
    func message(_ change: (inout QubitNoise) -> Void) -> String? {
      var noise = QubitNoise()
      noise.relaxation = Relaxation(t1: 60, t2: 80)
      change(&noise)
      do {
        try noise.validate()
        return nil
      } catch { return (error as QLIFError).message }
    }
    #expect(message { _ in } == nil)
    #expect(message { $0.relaxation?.t1 = -1 } == "t1: -1.0, expected above 0 (microseconds)")
    #expect(message { $0.relaxation?.t2 = 121 } == "t2: 121.0, expected at most 2 t1 = 120.0")
    #expect(message { $0.relaxation?.excitedPopulation = 1.5 }?.contains("in [0, 1]") == true)
    #expect(message { $0.gateTime = -0.1 } == "gate_time: -0.1, expected 0 or more (microseconds)")
    #expect(message { $0.depolarizing = 1.1 } == "depolarizing: 1.1, expected a probability in [0, 1]")
    #expect(message { $0.p01 = -0.1 }?.contains("p01: -0.1") == true)
    #expect(message { $0.p10 = .nan }?.contains("p10: nan") == true)
    #expect(message { $0.overRotation = .infinity } != nil)
  }

  @Test(arguments: [QLIF.Leak.relaxation, .published])
  func aPerfectQubitIsTheModel(_ leak: QLIF.Leak) throws {
    var random = TestRandom(3)
    var neuron = QLIF()
    neuron.leak = leak
    for isRefractory in [false, true] {
      neuron.isRefractory = isRefractory
      for form in QubitCircuit.LeakForm.allCases where form == .rotation || leak == .relaxation {
        let qubit = try QubitCircuit.perfect(neuron, leakForm: form)
        var state = QubitCircuit.State()
        var (alpha, fired) = (0.0, false)
        for _ in 0..<200 {
          let (u, v) = (random.uniform(-0.5...0.8), random.uniform(-0.3...0.3))
          let expected =
            fired && isRefractory
            ? 0 : Oracle.step(neuron, from: fired ? 0 : alpha, drive: u, delay: v, isDriven: u > 0)
          let read = try qubit.step(&state, drive: u, delay: v)
          #expect(abs(read.alpha - expected) < 4e-15)
          #expect(read.fires == (read.alpha > 0.75))
          (alpha, fired) = read
        }
      }
    }
  }

  @Test func bothMemoriesOfTheExample() throws {
    var noise = QubitNoise()
    noise.relaxation = Relaxation(t1: 60, t2: 60)
    for (memory, expected) in [(QLIF.Memory.reprepare, 0.5466), (.coherent, 0.4935)] {
      let qubit = try QubitCircuit(.with { $0.memory = memory }, noise)
      var state = try QubitCircuit.State(alpha: 0.3)
      _ = try qubit.step(&state, drive: -1, delay: 0.1)
      let read = try qubit.step(&state, drive: 0.7 / .pi, delay: 0)
      #expect(abs(read.alpha - expected) < 5e-5)
    }
  }

  @Test func coherentRotationsLeakTowardsTheGround() throws {
    let qubit = try QubitCircuit.perfect(.with { $0.memory = .coherent }, leakForm: .rotation)
    for start in [0.3, -0.3] {
      var state = QubitCircuit.State()
      state.qubit.rotate(start)
      let before = state.qubit.population
      let read = try qubit.step(&state, drive: -1, delay: 0.1)
      #expect(abs(read.alpha - before * exp(-20.0 / 60)) < 1e-8)
    }
  }

  @Test func aSpikeThatIsOneShotsOutcomeIsNotFollowed() throws {
    var neuron = QLIF()
    neuron.firing = .measurement
    let qubit = try QubitCircuit(neuron)
    func isRefused(_ run: () throws -> Void) -> Bool {
      do {
        try run()
        return false
      } catch {
        return "\(error)".contains("firing: measurement, expected threshold")
      }
    }
    #expect(
      isRefused {
        var state = QubitCircuit.State()
        _ = try qubit.step(&state, drive: 0.3, delay: 0)
      })
    #expect(isRefused { _ = try BlochPath(of: qubit, drive: [0.3], delay: [0]) })
    #expect(isRefused { _ = try OpenQASM.train(qubit, drive: [0.3], delay: [0]) })
    // One step's circuit decides nothing: its measurement is the spike.
    #expect(throws: Never.self) { try OpenQASM.layer(qubit, alpha: [0.2], drive: [0.3], delay: [0]) }
  }

  @Test func delaysAreStretchedToTheQubit() throws {
    var noise = QubitNoise()
    noise.relaxation = Relaxation(t1: 240, t2: 100)
    let relative = try QubitCircuit(QLIF(), noise)
    let absolute = try QubitCircuit(QLIF(), noise, .with { $0.clock = .absolute })
    #expect(abs(relative.wait(-0.1) - 80) < 1e-5)
    #expect(abs(absolute.wait(-0.1) - 20) < 1e-5)
  }
}
