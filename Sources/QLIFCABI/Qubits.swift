import CQLIF
import QLIFCore

extension QubitNoise {
  /// NULL: a perfect qubit.
  init(_ c: UnsafePointer<qlif_qubit_noise>?) throws(QLIFError) {
    self.init()
    guard let c = c?.pointee else { return }
    overRotation = c.over_rotation
    depolarizing = c.depolarizing
    if c.t1 != 0 {
      relaxation = Relaxation(t1: c.t1, t2: c.t2, excitedPopulation: c.excited_population)
    }
    gateTime = c.gate_time
    p01 = c.p01
    p10 = c.p10
    try validate()
  }
}

extension Qubit {
  init(_ c: qlif_qubit) throws(QLIFError) {
    self.init(BlochVector(x: c.x, y: c.y, z: c.z))
    try bloch.validate()
  }

  var c: qlif_qubit { bloch.c }
}

extension BlochVector {
  var c: qlif_qubit { qlif_qubit(x: x, y: y, z: z) }
}

/// Lets `body` change the state that `qubit` points to.
private func change(
  _ qubit: UnsafeMutablePointer<qlif_qubit>?, _ body: (inout Qubit) throws(QLIFError) -> Void
) throws(QLIFError) {
  let qubit = try require(qubit, "qubit")
  var state = try Qubit(qubit.pointee)
  try body(&state)
  qubit.pointee = state.c
}

@c @implementation
public func qlif_qubit_noise_default(_ out: UnsafeMutablePointer<qlif_qubit_noise>!) -> qlif_status {
  reportingErrors { () throws(QLIFError) in try require(out, "out").pointee = qlif_qubit_noise() }
}

@c @implementation
public func qlif_qubit_noise_check(_ noise: UnsafePointer<qlif_qubit_noise>!) -> qlif_status {
  reportingErrors { () throws(QLIFError) in _ = try QubitNoise(require(noise, "noise")) }
}

@c @implementation
public func qlif_qubit_prepare(_ alpha: Double, _ out: UnsafeMutablePointer<qlif_qubit>!) -> qlif_status {
  reportingErrors { () throws(QLIFError) in try require(out, "out").pointee = Qubit(population: alpha).c }
}

@c @implementation
public func qlif_qubit_rotate(
  _ qubit: UnsafeMutablePointer<qlif_qubit>!, _ theta: Double, _ noise: UnsafePointer<qlif_qubit_noise>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let noise = try QubitNoise(noise)
    guard (theta * (1 + noise.overRotation)).isFinite else {
      throw .invalid("theta: \(theta), expected a finite angle (radians)")
    }
    try change(qubit) { state in state.rotate(theta, noise) }
  }
}

@c @implementation
public func qlif_qubit_depolarize(_ qubit: UnsafeMutablePointer<qlif_qubit>!, _ p: Double) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    var noise = QubitNoise()
    noise.depolarizing = p
    try noise.validate()
    try change(qubit) { state in state.depolarize(p) }
  }
}

@c @implementation
public func qlif_qubit_wait(
  _ qubit: UnsafeMutablePointer<qlif_qubit>!, _ duration: Double, _ noise: UnsafePointer<qlif_qubit_noise>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    guard duration.isFinite, duration >= 0 else {
      throw .invalid("duration: \(duration), expected 0 or more (microseconds)")
    }
    guard let relaxation = try QubitNoise(require(noise, "noise")).relaxation else {
      throw .invalid("noise.t1: 0, expected above 0 (microseconds)")
    }
    try change(qubit) { state in state.wait(duration, relaxation) }
  }
}

@c @implementation
public func qlif_qubit_measure(
  _ qubit: UnsafePointer<qlif_qubit>!, _ noise: UnsafePointer<qlif_qubit_noise>!,
  _ out: UnsafeMutablePointer<Double>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let out = try require(out, "out")
    out.pointee = try Qubit(require(qubit, "qubit").pointee).measured(QubitNoise(noise))
  }
}

@c @implementation
public func qlif_qubit_follow(
  _ qubit: UnsafeMutablePointer<qlif_qubit>!, _ pulse: UnsafePointer<qlif_pulse>!,
  _ noise: UnsafePointer<qlif_qubit_noise>!, _ samples: Int64,
  _ trajectory: UnsafeMutablePointer<qlif_qubit>!
) -> qlif_status {
  reportingErrors { () throws(QLIFError) in
    let pulse = try DrivePulse(require(pulse, "pulse").pointee)
    let relaxation = try QubitNoise(noise).relaxation
    try change(qubit) { (state) throws(QLIFError) in
      let states = try state.follow(pulse, relaxation, samples: Int(samples))
      for (index, state) in states.enumerated() { trajectory?[index] = state.c }
    }
  }
}

extension DrivePulse {
  init(_ c: qlif_pulse) throws(QLIFError) {
    let shapes = [Shape.constant, .gaussian(sigma: c.sigma)]
    guard shapes.indices.contains(Int(c.shape)) else {
      throw .invalid("pulse.shape: \(c.shape), expected 0 to \(shapes.count - 1)")
    }
    self.init(theta: c.theta, duration: c.duration, detuning: c.detuning, shape: shapes[Int(c.shape)])
  }
}
