import Glibc
import Testing

@testable import QLIFCore

struct BlochPathTests {
  private func currents(_ seed: UInt64, _ steps: Int) -> (drive: [Double], delay: [Double]) {
    var random = TestRandom(seed)
    return (
      (0..<steps).map { _ in random.uniform(-0.3...0.5) }, (0..<steps).map { _ in random.uniform(0...0.2) }
    )
  }

  private var noise: QubitNoise {
    var noise = QubitNoise()
    noise.overRotation = 0.03
    noise.depolarizing = 0.02
    noise.relaxation = Relaxation(t1: 50, t2: 30, excitedPopulation: 0.02)
    noise.gateTime = 0.5
    noise.p01 = 0.01
    noise.p10 = 0.03
    return noise
  }

  private func distance(_ a: BlochVector, _ b: BlochVector) -> Double {
    max(abs(a.x - b.x), abs(a.y - b.y), abs(a.z - b.z))
  }

  @Test(arguments: [QLIF.Memory.reprepare, .coherent], [QubitCircuit.LeakForm.delay, .rotation])
  func theWayEndsWhereTheStepsDo(memory: QLIF.Memory, leak: QubitCircuit.LeakForm) throws {
    let neuron = try QubitCircuit(
      .with { $0.memory = memory }, noise, .with { $0.leakForm = leak })
    let (drive, delay) = currents(7, 40)
    let path = try BlochPath(of: neuron, drive: drive, delay: delay)
    var state = QubitCircuit.State()
    var fired = 0
    for step in 0..<40 {
      let read = try neuron.step(&state, drive: drive[step], delay: delay[step])
      #expect(path.alpha[step] == read.alpha)
      #expect(path.spikes[step] == read.fires)
      fired += read.fires ? 1 : 0
      if let end = path.segments.last(where: { $0.step == step })?.points.last {
        #expect(end == state.qubit.bloch)
      }
    }
    #expect(fired > 1)
    for (one, next) in zip(path.segments, path.segments.dropFirst()) {
      #expect(one.points.last == next.points.first)
      #expect(one.shares.first == 0 && one.shares.last == 1)
      #expect(zip(one.shares, one.shares.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  @Test func aRotationStaysOnTheSphereAndTurnsEvenly() throws {
    let path = try BlochPath(of: QubitCircuit(QLIF()), drive: [0.2], delay: [0])
    let segment = try #require(path.segments.first)
    #expect(path.segments.count == 1 && segment.cause == .drive)
    for (point, share) in zip(segment.points, segment.shares) {
      #expect(abs(point.length - 1) < 1e-12)
      #expect(abs(point.polarAngle - share * 0.2 * Double(QLIF().driveScale)) < 1e-12)
    }
    // Fine enough to look round.
    #expect(segment.points.count > 12)
  }

  @Test func aShortPulseIsTheGateAndALongDetunedOneIsNot() throws {
    let neuron = try QubitCircuit(QLIF())
    let gate = try #require(try BlochPath(of: neuron, drive: [0.5], delay: [0]).segments.last?.points.last)
    func end(_ pulse: BlochPath.Pulse) throws -> BlochVector {
      let path = try BlochPath(of: neuron, drive: [0.5], delay: [0], pulse: pulse)
      return try #require(path.segments.last?.points.last)
    }
    #expect(try distance(gate, end(BlochPath.Pulse(duration: 1e-6))) < 1e-7)
    #expect(try distance(gate, end(BlochPath.Pulse(duration: 1, detuning: 2))) > 0.3)
    #expect(try abs(end(BlochPath.Pulse(duration: 1, detuning: 2)).x) > 0.1)
  }

  @Test func spikesResetAndMemoriesAreTold() throws {
    let path = try BlochPath(of: QubitCircuit(QLIF()), drive: [0.6, 0.6, 0.3, 0.1], delay: [0, 0, 0, 0])
    #expect(path.spikes == [false, true, false, false] || path.spikes == [true, false, false, false])
    #expect(path.segments.contains { $0.cause == .reset })
    let again = try BlochPath(of: QubitCircuit(QLIF()), drive: [0.1, 0.1], delay: [0, 0])
    #expect(again.segments.map(\.cause) == [.drive, .reset, .memory, .drive])
  }

  @Test(arguments: [1e3, 1e9, 1e300]) func anglesBeyondAllCountsAreFollowed(drive: Double) throws {
    let path = try BlochPath(of: QubitCircuit(QLIF()), drive: [drive], delay: [0])
    let points = try #require(path.segments.first).points
    #expect(points.count < 2000)
    #expect(points.allSatisfy { abs($0.length - 1) < 1e-9 })
  }

  @Test func misfitsAreRefused() throws {
    let neuron = try QubitCircuit(QLIF())
    #expect(throws: QLIFError.self) { try BlochPath(of: neuron, drive: [], delay: []) }
    #expect(throws: QLIFError.self) { try BlochPath(of: neuron, drive: [1], delay: [1, 2]) }
    #expect(throws: QLIFError.self) { try BlochPath(of: neuron, drive: [.nan], delay: [1]) }
    #expect(throws: QLIFError.self) {
      try BlochPath(of: neuron, drive: [1], delay: [0], pulse: BlochPath.Pulse(duration: 0))
    }
    let many = [Double](repeating: 0, count: BlochPath.mostSteps + 1)
    #expect(throws: QLIFError.self) { try BlochPath(of: neuron, drive: many, delay: many) }
  }
}
