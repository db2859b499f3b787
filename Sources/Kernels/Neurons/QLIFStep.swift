import KernelTypes

/// The states of 16 QLIF neurons on perfect qubits: the half-angle amplitudes `s = sin(phi/2)`, `c = cos(phi/2)`.
///
/// The population is `alpha = s^2`. In this form a drive is a rotation and a relaxation a scaling: no
/// inverse trigonometry (docs/model.md#half-angles).
struct PureQubits {
  var s = Lanes.zero
  var c = Lanes(repeating: 1)

  @inline(__always)
  init() {}

  @inline(__always)
  init(s: Lanes, c: Lanes) {
    self.s = s
    self.c = c
  }

  /// Floats in memory, where sine and cosine lie next to each other.
  static var size: Int { 2 * laneCount }

  /// - Parameter distance: from the sine to the cosine, in floats.
  @inline(__always)
  init(loading pointer: UnsafePointer<Float>, distance: Int = laneCount) {
    self.init(s: Lanes(loading: pointer), c: Lanes(loading: pointer + distance))
  }

  @inline(__always)
  func store(to pointer: UnsafeMutablePointer<Float>, distance: Int = laneCount) {
    s.store(to: pointer)
    c.store(to: pointer + distance)
  }

  /// The state that a group carries into a range; see `QLIFConstants.stateWidth`.
  @inline(__always)
  init(before range: StepRange, group: Int, groups: Int) {
    self.init()
    if let before = range.stateBefore {
      self.init(loading: before + group * laneCount, distance: groups * laneCount)
    }
  }

  @inline(__always)
  func store(after range: StepRange, group: Int, groups: Int) {
    if let after = range.stateAfter {
      store(to: after + group * laneCount, distance: groups * laneCount)
    }
  }

  @inline(__always)
  func fires(_ neuron: QLIFConstants) -> LaneMask { (s * s).isGreater(than: neuron.threshold) }

  /// RX(theta), given the sine and cosine of theta/2. The amplitudes keep their signs, whose product is
  /// the sign of `d phi' / d phi`.
  @inline(__always)
  func rotated(sine: Lanes, cosine: Lanes) -> PureQubits {
    PureQubits(s: (s * cosine).plus(c, times: sine), c: (c * cosine) - (s * sine))
  }

  /// The lanes that stand on a fold, `phi` at a multiple of pi, where `d phi' / d phi` jumps between +1 and -1:
  /// its sign would be rounding, so it is taken as 0, the middle. This is no rarity: a drive between pi and 2 pi
  /// that does not fire returns exactly to the ground state every second step.
  @inline(__always)
  var isOnFold: LaneMask { Lanes(repeating: 1e-6).isGreater(than: (s * c).magnitude) }

  /// Back to `phi` in [0, pi], as the measurement leaves it.
  @inline(__always)
  var folded: PureQubits { PureQubits(s: s.magnitude, c: c.magnitude) }

  /// The ground state where `mask` is set.
  @inline(__always)
  func reset(where mask: LaneMask) -> PureQubits {
    PureQubits(s: select(mask, Lanes.zero, s), c: select(mask, Lanes(repeating: 1), c))
  }
}

/// `theta / 2` for a positive drive.
@inline(__always)
func halfAngle(_ neuron: QLIFConstants, drive u: Lanes) -> Lanes {
  let bounded = neuron.boundsDrive ? hyperbolicTangent(u.magnitude) : u
  // An angle that has no number any more would leave none of the state either.
  return smaller((0.5 * neuron.driveScale) * bounded, Lanes(repeating: 1e30))
}

/// `d theta / d u` for a positive drive.
@inline(__always)
func thetaSlope(_ neuron: QLIFConstants, drive u: Lanes) -> Lanes {
  guard neuron.boundsDrive else { return Lanes(repeating: neuron.driveScale) }
  let t = hyperbolicTangent(u.magnitude)
  return neuron.driveScale * (1 - t * t)
}

/// The leak of a step without an input spike, for a delay current `v`.
///
/// `rootDecay = exp(-delay / (2 T1))`. Relaxation: `s' = s rootDecay`. Published: a rotation back by the
/// angle of the relaxed state, `phi' = phi - 2 asin(s rootDecay)`.
@inline(__always)
func leak(_ neuron: QLIFConstants, _ qubits: PureQubits, delay v: Lanes) -> PureQubits {
  let rootDecay = rootDecay(neuron, delay: v)
  let relaxedS = qubits.s * rootDecay
  // Both forms are c'^2 = 1 - s'^2. The first has no cancellation; the second is exactly of length 1, as the
  // rotation back needs: repeated, it would double any error of the length at every step.
  switch neuron.leak {
  case .relaxation:
    let squareC = qubits.c * qubits.c + qubits.s * qubits.s * (1 - rootDecay * rootDecay)
    return PureQubits(s: relaxedS, c: squareC.root)
  case .published:
    let relaxedC = larger(1 - relaxedS * relaxedS, Lanes.zero).root
    return PureQubits(
      s: qubits.s * relaxedC - qubits.c * relaxedS, c: qubits.c * relaxedC + qubits.s * relaxedS)
  }
}

/// `d phi' / d phi` and `d phi' / d v` of a leak between two states: of the relaxed angle, `rootDecay c / c'` and
/// `-s' delayRate sign(v) / c'`; the published neuron turns back by it.
@inline(__always)
func leakSlopes(_ neuron: QLIFConstants, from before: PureQubits, to after: PureQubits, delay v: Lanes) -> (
  memory: Lanes, delay: Lanes
) {
  // sign(0) = 0
  let rate = select(v.isEqual(to: .zero), Lanes.zero, Lanes(repeating: neuron.delayRate)).turned(by: v)
  switch neuron.leak {
  case .relaxation:
    // rootDecay = s' / s. Without any excitation nothing depends on it.
    let s = larger(before.s, Lanes(repeating: 1e-18))
    let both = 1 / (s * larger(after.c, Lanes(repeating: 1e-12)))
    return (after.s * before.c * both, (after.s * s * both * rate).negative)
  case .published:
    let rootDecay = rootDecay(neuron, delay: v)
    let relaxedS = before.s * rootDecay
    let reciprocal = larger(1 - relaxedS * relaxedS, Lanes(repeating: 1e-24)).inverseRoot
    return (1 - rootDecay * before.c * reciprocal, relaxedS * rate * reciprocal)
  }
}

@inline(__always)
private func rootDecay(_ neuron: QLIFConstants, delay v: Lanes) -> Lanes {
  exponential((-0.5 * neuron.delayRate) * v.magnitude)
}
