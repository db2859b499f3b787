import KernelTypes

/// The states of 16 qubits that only turn about X: the density matrix `[[b, q], [q, a]]` up to a phase.
///
/// `a` and `b` are the populations of 1 and 0, `q = -y/2` the coherence. The smaller population is what the angle
/// of a nearly pure state near a pole depends on, and a float of the order of 1 does not hold it: so the impurity
/// `det = a b - q^2` is kept as well, which gates without error leave alone, and `a = (q^2 + det) / b` gives the
/// smaller one all its digits back (`isExact`). Where shots are counted their number is what limits the digits, and
/// this is left out.
struct MixedQubits {
  var a = Lanes.zero
  var b = Lanes(repeating: 1)
  var q = Lanes.zero
  var det = Lanes.zero

  @inline(__always)
  init() {}

  /// The pure state of a population, `RX(2 asin sqrt(a))` of the ground state.
  @inline(__always)
  init(_ odds: Odds) {
    a = odds.yes
    b = odds.no
    q = (a * b).root
  }

  @inline(__always)
  func reset(where mask: LaneMask) -> MixedQubits {
    var qubit = self
    qubit.a = select(mask, Lanes.zero, a)
    qubit.b = select(mask, Lanes(repeating: 1), b)
    qubit.q = select(mask, Lanes.zero, q)
    qubit.det = select(mask, Lanes.zero, det)
    return qubit
  }

  /// `RX(t)`: `a' = a + (b - a) sin^2(t/2) + q sin t`, `q' = q cos t + (b - a) sin(t) / 2`.
  @inline(__always)
  func turned(by turn: Turn, isExact: Bool) -> MixedQubits {
    var next = self
    let difference = b - a
    next.q = (q * turn.cosine).plus(difference, times: 0.5 * turn.sine)
    next.a = a.plus(difference, times: turn.versine).plus(q, times: turn.sine)
    guard isExact else {
      next.b = 1 - next.a
      return next
    }
    next.b = b.minus(difference, times: turn.versine).minus(q, times: turn.sine)
    let oneIsRare = next.b.isGreater(than: next.a)
    let rare = next.q * next.q + det
    let fine = rare / select(oneIsRare, next.b, next.a)
    next.a = select(oneIsRare, fine, 1 - fine)
    next.b = select(oneIsRare, 1 - fine, fine)
    return next
  }

  @inline(__always)
  func through(_ channel: Channel, isExact: Bool) -> MixedQubits {
    var next = self
    next.q = channel.coherence * q
    next.a = channel.toOne.plus(channel.population, times: a)
    guard isExact else {
      next.b = 1 - next.a
      return next
    }
    next.b = channel.toZero.plus(channel.population, times: b)
    var det = (channel.purity * det).plus(channel.impurityOne * a, times: a)
    det = det.plus(channel.impurityBoth * a, times: b)
    next.det = det.plus(channel.impurityZero * b, times: b)
    return next
  }
}

/// An angle by its sine, its cosine and `sin^2` of its half.
struct Turn {
  var sine = Lanes.zero
  var cosine = Lanes(repeating: 1)
  var versine = Lanes.zero

  @inline(__always)
  init() {}

  @inline(__always)
  init(halfAngle: Lanes) {
    let half = sineAndCosine(halfAngle)
    self.init(sine: half.sine, cosine: half.cosine)
  }

  /// Twice the angle of this sine and cosine.
  @inline(__always)
  init(sine halfSine: Lanes, cosine halfCosine: Lanes) {
    sine = 2 * halfSine * halfCosine
    versine = halfSine * halfSine
    cosine = 1 - 2 * versine
  }

  @inline(__always)
  func replaced(where mask: LaneMask, by other: Turn) -> Turn {
    var turn = self
    turn.sine = select(mask, other.sine, sine)
    turn.cosine = select(mask, other.cosine, cosine)
    turn.versine = select(mask, other.versine, versine)
    return turn
  }
}

/// What happens to a state beside a turn; see `QubitLayer.Field`.
struct Channel {
  var coherence: Lanes
  var population: Lanes
  var toOne: Lanes
  var toZero: Lanes
  var purity: Lanes
  var impurityOne: Lanes
  var impurityBoth: Lanes
  var impurityZero: Lanes

  /// The errors of a gate.
  @inline(__always)
  init(gateOf constants: UnsafePointer<Float>) {
    coherence = constants.lanes(.coherence)
    population = constants.lanes(.population)
    toOne = constants.lanes(.toOne)
    toZero = constants.lanes(.toZero)
    purity = constants.lanes(.purity)
    impurityOne = constants.lanes(.impurityOne)
    impurityBoth = constants.lanes(.impurityBoth)
    impurityZero = constants.lanes(.impurityZero)
  }

  /// Relaxation for `x` times T1, with `l = 1 - exp(-x)` and `r = T1 / T2`:
  ///
  ///     a' = (1 - l) a + l rest,   q' = exp(-r x) q
  ///
  /// and, from `det' = a' b' - q'^2` with what cancels left out,
  ///
  ///     det' = exp(-2 r x) det + (1 - l) (1 - exp(x - 2 r x)) a b
  ///            + (1 - l) l ((1 - rest) a^2 + rest b^2) + l^2 rest (1 - rest) (a + b)^2
  @inline(__always)
  init(waiting x: Lanes, _ constants: UnsafePointer<Float>) {
    let r = constants.lanes(.dephasing)
    let rest = constants.lanes(.rest)
    let l = lost(x)
    let kept = exponential(x.negative)
    coherence = exponential((r * x).negative)
    population = kept
    toOne = l * rest
    toZero = l - toOne
    purity = coherence * coherence
    let mixed = toOne * toZero
    impurityOne = mixed.plus(kept, times: toZero)
    impurityZero = mixed.plus(kept, times: toOne)
    impurityBoth = (2 * mixed).plus(kept, times: lost(larger((2 * r - 1) * x, Lanes.zero)))
  }

  @inline(__always)
  func replaced(where mask: LaneMask, by other: Channel) -> Channel {
    var channel = self
    channel.coherence = select(mask, other.coherence, coherence)
    channel.population = select(mask, other.population, population)
    channel.toOne = select(mask, other.toOne, toOne)
    channel.toZero = select(mask, other.toZero, toZero)
    channel.purity = select(mask, other.purity, purity)
    channel.impurityOne = select(mask, other.impurityOne, impurityOne)
    channel.impurityBoth = select(mask, other.impurityBoth, impurityBoth)
    channel.impurityZero = select(mask, other.impurityZero, impurityZero)
    return channel
  }
}

extension UnsafePointer<Float> {
  /// A row of a table of `QubitLayer`.
  @inline(__always)
  func lanes(_ field: QubitLayer.Field) -> Lanes { Lanes(loading: self + field.rawValue * laneCount) }
}
