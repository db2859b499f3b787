import Glibc

/// The optical Bloch equations: the Lindblad equation of a driven qubit with relaxation, for its Bloch vector.
///
///     dx/dt = -detuning y - x / t2
///     dy/dt =  detuning x - omega z - y / t2
///     dz/dt =  omega y - (z - z0) / t1,   z0 = 1 - 2 excitedPopulation
///
/// Its jump operators are `sqrt((1 - p) / t1) |0><1|`, `sqrt(p / t1) |1><0|` with the excited population p, and
/// `sqrt((1 / t2 - 1 / (2 t1)) / 2) Z`.
extension Qubit {
  /// Follows a pulse. Returns the states at `samples` equal intervals after the start, the last at its end.
  ///
  /// A constant pulse is one exponential of the equations' matrix. A shaped one is a product of exponentials, the
  /// commutator-free Magnus integrator of order 4 (Blanes and Moan, Appl. Numer. Math. 56, 2006), with steps halved
  /// until the result moves by less than 1e-11.
  ///
  /// - Throws: where a value is not allowed, or where 2^17 steps do not suffice.
  @discardableResult
  package mutating func follow(
    _ pulse: DrivePulse, _ relaxation: Relaxation?, samples: Int = 1
  ) throws(QLIFError) -> [BlochVector] {
    try pulse.validate()
    try relaxation?.validate()
    guard (1...Self.mostSamples).contains(samples) else {
      throw .invalid("samples: \(samples), expected 1 to \(Self.mostSamples)")
    }
    let equations = BlochEquations(pulse: pulse, relaxation: relaxation)
    try check("duration: the pulse in radians and decays", equations.size, "at most 1e9") { $0 <= 1e9 }
    let states: [BlochVector]
    if case .constant = pulse.shape {
      states = equations.constant(from: bloch, samples: samples)
    } else {
      states = try equations.shaped(from: bloch, samples: samples)
    }
    bloch = states[samples - 1]
    return states
  }

  static let mostSamples = 1 << 20
}

private struct BlochEquations {
  let pulse: DrivePulse
  let relaxation: Relaxation?

  func generator(omega: Double) -> AffineMap {
    let rate1 = relaxation.map { 1 / $0.t1 } ?? 0
    let rate2 = relaxation.map { 1 / $0.t2 } ?? 0
    let rest = relaxation.map { 1 - 2 * $0.excitedPopulation } ?? 0
    let detuning = pulse.detuning
    return AffineMap(rows: [
      [-rate2, -detuning, 0, 0], [detuning, -rate2, -omega, 0], [0, omega, -rate1, rate1 * rest],
    ])
  }

  /// Radians and decays over the pulse.
  var size: Double { pulse.duration * generator(omega: abs(pulse.omega(pulse.duration / 2))).norm }

  func constant(from start: BlochVector, samples: Int) -> [BlochVector] {
    let generator = generator(omega: pulse.omega(0))
    return (1...samples).map { sample in
      let time = pulse.duration * Double(sample) / Double(samples)
      return (time * generator).exponential()(start)
    }
  }

  func shaped(from start: BlochVector, samples: Int) throws(QLIFError) -> [BlochVector] {
    // The shape must be seen before halving can tell anything.
    var perSample = max(1, 64 / samples)
    var coarse = integrate(from: start, samples: samples, perSample: perSample)
    while samples * perSample < 1 << 17 {
      perSample *= 2
      let fine = integrate(from: start, samples: samples, perSample: perSample)
      let moved =
        zip(coarse, fine).map { a, b in max(abs(a.x - b.x), abs(a.y - b.y), abs(a.z - b.z)) }.max() ?? 0
      if moved < 1e-11 { return fine }
      coarse = fine
    }
    throw .invalid("pulse: \(pulse.theta) rad in \(pulse.duration) us turns too often to be followed")
  }

  private func integrate(from start: BlochVector, samples: Int, perSample: Int) -> [BlochVector] {
    let root3 = 3.0.squareRoot()
    let (small, large) = ((3 - 2 * root3) / 12, (3 + 2 * root3) / 12)
    let (first, second) = (0.5 - root3 / 6, 0.5 + root3 / 6)
    let h = pulse.duration / Double(samples * perSample)
    var state = start
    return (0..<samples).map { sample in
      for inner in 0..<perSample {
        let t = Double(sample * perSample + inner)
        let early = generator(omega: pulse.omega((t + first) * h))
        let late = generator(omega: pulse.omega((t + second) * h))
        state = (h * (large * early + small * late)).exponential()(state)
        state = (h * (small * early + large * late)).exponential()(state)
      }
      return state
    }
  }
}
