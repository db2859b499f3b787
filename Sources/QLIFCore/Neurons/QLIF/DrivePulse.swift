import Glibc

/// A drive of finite length: what an `RX(theta)` is on a device.
///
/// In the frame of the drive the qubit's Hamiltonian is, in radians per microsecond,
///
///     H(t) / hbar = (detuning Z + omega(t) X) / 2,   integral of omega over the pulse = theta
///
/// so that without detuning and relaxation a pulse of any shape is `RX(theta)`.
package struct DrivePulse: Equatable, Sendable {
  package enum Shape: Equatable, Sendable {
    /// `omega = theta / duration`
    case constant
    /// `omega ~ exp(-(t - duration / 2)^2 / (2 sigma^2))`, cut off at both ends; sigma in microseconds.
    case gaussian(sigma: Double)
  }

  package var theta: Double
  /// Microseconds.
  package var duration: Double
  /// The qubit's frequency less the drive's, radians per microsecond.
  package var detuning: Double
  package var shape: Shape

  package init(theta: Double, duration: Double, detuning: Double = 0, shape: Shape = .constant) {
    self.theta = theta
    self.duration = duration
    self.detuning = detuning
    self.shape = shape
  }

  package func validate() throws(QLIFError) {
    try check("theta", theta, "a finite number (radians)")
    try check("duration", duration, "above 0 (microseconds)") { $0 > 0 }
    try check("detuning", detuning, "a finite number (radians per microsecond)")
    if case .gaussian(let sigma) = shape {
      try check("sigma", sigma, "above 0 (microseconds)") { $0 > 0 }
      try check("sigma", sigma, "at least duration / 1000 = \(duration / 1000)") { $0 >= duration / 1000 }
    }
  }

  /// The strength of the drive at time `t` of the pulse, radians per microsecond.
  package func omega(_ t: Double) -> Double {
    switch shape {
    case .constant: return theta / duration
    case .gaussian(let sigma):
      let centred = (t - duration / 2) / sigma
      let area = sigma * (2 * Double.pi).squareRoot() * erf(duration / (sigma * 8.0.squareRoot()))
      return theta / area * exp(-centred * centred / 2)
    }
  }
}
