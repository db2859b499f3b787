import Glibc
import Testing

@testable import QLIFCore

struct PulseTests {
  private let relaxation = Relaxation(t1: 50, t2: 30, excitedPopulation: 0.05)

  @Test(arguments: [DrivePulse.Shape.constant, .gaussian(sigma: 0.02)])
  func aPulseWithoutRelaxationIsARotation(_ shape: DrivePulse.Shape) throws {
    for theta in [0.1, 1.3, .pi, -2, 20] {
      var driven = try Qubit(population: 0.2)
      var rotated = driven
      try driven.follow(DrivePulse(theta: theta, duration: 0.1, shape: shape), nil)
      rotated.rotate(theta)
      #expect(abs(driven.bloch.y - rotated.bloch.y) < 1e-10)
      #expect(abs(driven.bloch.z - rotated.bloch.z) < 1e-10)
    }
  }

  @Test func noDriveIsAWait() throws {
    var followed = Qubit(BlochVector(x: 0.2, y: -0.6, z: -0.5))
    var waited = followed
    try followed.follow(DrivePulse(theta: 0, duration: 40), relaxation)
    waited.wait(40, relaxation)
    #expect(abs(followed.bloch.x - waited.bloch.x) < 1e-14)
    #expect(abs(followed.bloch.y - waited.bloch.y) < 1e-14)
    #expect(abs(followed.bloch.z - waited.bloch.z) < 1e-14)
  }

  @Test func detuningIsRabisFormula() throws {
    let (omega, detuning, time) = (20.0, 15.0, 0.3)
    var state = Qubit()
    try state.follow(DrivePulse(theta: omega * time, duration: time, detuning: detuning), nil)
    let rabi = (omega * omega + detuning * detuning).squareRoot()
    let expected = pow(omega / rabi * sin(rabi * time / 2), 2)
    #expect(abs(state.population - expected) < 1e-13)
  }

  @Test func longDrivesReachTheSteadyState() throws {
    // Bloch's stationary solution, from dr/dt = 0.
    let (omega, detuning) = (0.3, 0.1)
    var state = Qubit()
    try state.follow(DrivePulse(theta: omega * 5000, duration: 5000, detuning: detuning), relaxation)
    let (t1, t2, rest) = (50.0, 30.0, 0.9)
    let z = rest * (1 + pow(detuning * t2, 2)) / (1 + pow(detuning * t2, 2) + omega * omega * t1 * t2)
    #expect(abs(state.bloch.z - z) < 1e-10)
  }

  @Test func samplesLieOnOnePath() throws {
    for shape in [DrivePulse.Shape.constant, .gaussian(sigma: 0.5)] {
      let pulse = DrivePulse(theta: 4, duration: 2, detuning: 1, shape: shape)
      var (once, often) = (Qubit(), Qubit())
      let end = try once.follow(pulse, relaxation)
      let path = try often.follow(pulse, relaxation, samples: 50)
      #expect(path.count == 50)
      #expect(abs(end[0].z - path[49].z) < 1e-10)
      for (a, b) in zip(path, path.dropFirst()) { #expect(abs(a.z - b.z) < 0.2) }
    }
  }

  @Test func refusesImpossiblePulses() {
    for pulse in [
      DrivePulse(theta: 1, duration: -1), DrivePulse(theta: 1, duration: 0),
      DrivePulse(theta: .nan, duration: 1),
      DrivePulse(theta: 1, duration: 1, detuning: .infinity), DrivePulse(theta: 1e12, duration: 1),
      DrivePulse(theta: 1, duration: 1, shape: .gaussian(sigma: 0)),
    ] {
      var state = Qubit()
      #expect(throws: QLIFError.self) { try state.follow(pulse, relaxation) }
      #expect(state == Qubit())
    }
  }
}
