import KernelTypes

/// What a neuron's currents make its qubit do in a step.
struct QubitAction {
  var isDriven: LaneMask
  /// The turn of a neuron that is driven; none elsewhere.
  var turn: Turn
  /// The errors of that gate, or the wait.
  var channel: Channel
  /// `sqrt(decay)`, for a leak that is a rotation.
  var rootDecay: Lanes

  /// Without a delay current there is nothing that could leak.
  @inline(__always)
  init(
    _ neuron: QLIFConstants, _ layer: QubitLayer, _ constants: UnsafePointer<Float>, drive u: Lanes,
    delay v: Lanes
  ) {
    isDriven = u.isGreater(than: 0)
    let half = halfAngle(neuron, drive: u) * (1 + constants.lanes(.overRotation))
    turn = Turn(halfAngle: select(isDriven, half, Lanes.zero))
    let gate = Channel(gateOf: constants)
    let waited = neuron.delayRate * v.magnitude
    if layer.leak == .delay {
      channel = Channel(waiting: waited, constants).replaced(where: isDriven, by: gate)
      rootDecay = Lanes(repeating: 1)
    } else {
      channel = gate
      rootDecay = exponential(-0.5 * waited)
    }
  }
}

/// `RX(gamma)`, the leak as a rotation, by half angles `s = sin(phi/2)`, `c = cos(phi/2)`.
struct LeakTurn {
  var turn: Turn
  var s: Lanes
  var c: Lanes
  /// `c' = sqrt(1 - decay s^2)`
  var relaxedC: Lanes
  /// Where the qubit stands on the side of negative angles and turns the other way.
  var isMirrored: LaneMask

  /// - Parameter state: what the neuron remembers, a population or a coherent state.
  @inline(__always)
  init(_ layer: QubitLayer, _ constants: UnsafePointer<Float>, _ state: MixedQubits, rootDecay: Lanes) {
    s = larger(state.a, Lanes.zero).root
    c = larger(state.b, Lanes.zero).root
    let relaxedS = s * rootDecay
    relaxedC = larger(state.b.plus(state.a, times: 1 - rootDecay * rootDecay), Lanes.zero).root
    // Of gamma / 2: an angle less another one, or the negative of the relaxed one.
    var sine = relaxedS.negative
    var cosine = relaxedC
    if layer.leak == .rotation {
      sine = relaxedS * c - relaxedC * s
      cosine = (relaxedC * c).plus(relaxedS, times: s)
    }
    if layer.overRotates {
      let half = angle(sine: sine.negative, cosine: cosine) * (1 + constants.lanes(.overRotation))
      turn = Turn(halfAngle: half.negative)
    } else {
      turn = Turn(sine: sine, cosine: cosine)
    }
    isMirrored = layer.memory == .coherent ? Lanes.zero.isGreater(than: state.q) : .none
    turn.sine = select(isMirrored, turn.sine.negative, turn.sine)
  }
}

/// A qubit at the end of a step, and what it reads: a probability of 1, or the frequency of ones.
struct QubitOutcome {
  var last: MixedQubits
  var odds: Odds
}

/// The qubit at the stages of a step.
struct QubitStages {
  /// Prepared without error but over-rotation.
  var pure: MixedQubits
  /// Before the turn: prepared, with the errors of that gate, or kept.
  var prepared: MixedQubits
  var turned: MixedQubits
  /// Before the reading.
  var last: MixedQubits
  /// Probability of reading 1.
  var odds: Odds

  /// - Parameter state: what the neuron remembers; re-prepared, its populations only count.
  @inline(__always)
  init(
    _ layer: QubitLayer, _ constants: UnsafePointer<Float>, _ state: MixedQubits, _ action: QubitAction,
    isExact: Bool
  ) {
    prepared = state
    pure = state
    if layer.memory == .reprepare {
      prepared = MixedQubits(Odds(yes: state.a, no: state.b))
      if layer.overRotates {
        let excess = angle(sine: state.a.root, cosine: state.b.root) * constants.lanes(.overRotation)
        prepared = prepared.turned(by: Turn(halfAngle: excess), isExact: isExact)
      }
      pure = prepared
      prepared = prepared.through(Channel(gateOf: constants), isExact: isExact)
    }
    var turn = action.turn
    if layer.leak != .delay {
      let leak = LeakTurn(layer, constants, state, rootDecay: action.rootDecay)
      turn = leak.turn.replaced(where: action.isDriven, by: turn)
    }
    turned = prepared.turned(by: turn, isExact: isExact)
    last = turned.through(action.channel, isExact: isExact)
    let one = Lanes(repeating: 1)
    let yes = (constants.lanes(.p11) * last.a).plus(constants.lanes(.p01), times: last.b)
    odds = Odds(yes: smaller(larger(yes, Lanes.zero), one), no: Lanes.zero)
    if isExact {
      let no = (constants.lanes(.p10) * last.a).plus(constants.lanes(.p00), times: last.b)
      odds.no = smaller(larger(no, Lanes.zero), one)
    } else {
      odds.no = 1 - odds.yes
    }
  }
}

/// What 16 neurons carry from one step to the next.
struct QubitState {
  /// Re-prepared: the populations that were read.
  var qubit = MixedQubits()
  var fired = LaneMask.none

  @inline(__always)
  init() {}

  /// What a group carries into a range; see `QubitLayer.stateWidth`.
  @inline(__always)
  init(before range: StepRange, group: Int, groups: Int) {
    guard let before = range.stateBefore else { return }
    func row(_ row: Int) -> Lanes { Lanes(loading: before + (row * groups + group) * laneCount) }
    qubit.a = row(0)
    qubit.b = row(1)
    qubit.q = row(2)
    qubit.det = row(3)
    fired = row(4).isGreater(than: 0)
  }

  @inline(__always)
  func store(after range: StepRange, group: Int, groups: Int) {
    guard let after = range.stateAfter else { return }
    func store(_ row: Int, _ lanes: Lanes) { lanes.store(to: after + (row * groups + group) * laneCount) }
    store(0, qubit.a)
    store(1, qubit.b)
    store(2, qubit.q)
    store(3, qubit.det)
    store(4, select(fired, Lanes(repeating: 1), Lanes.zero))
  }
}

/// What a step shows.
struct QubitReading {
  /// What is read: a probability, or the frequency of ones.
  var alpha: Lanes
  var state: QubitState
}

extension QubitLayer {
  /// Where the constants of a group of 16 neurons lie.
  @inline(__always)
  func constants(of group: Int) -> UnsafePointer<Float> { table + group * tableStride }

  /// The states of re-prepared neurons whose shots are counted need no more digits than the counts have.
  @inline(__always)
  var isExact: Bool { shots == 0 || memory == .coherent }

  @inline(__always)
  func draw(_ laneIndices: SIMD16<UInt32>) -> Draw {
    Draw(quickRandomBits(key, laneIndices: laneIndices), shots: shots)
  }

  /// Counts the shots.
  @inline(__always)
  func measured(_ odds: Odds, laneIndices: SIMD16<UInt32>) -> Odds {
    guard shots > 0 else { return odds }
    let yes = frequency(odds, shots: shots, draw(laneIndices), vague: .none)
    return Odds(yes: yes, no: 1 - yes)
  }

  /// - Parameter alpha: what was read.
  @inline(__always)
  func fires(_ neuron: QLIFConstants, _ alpha: Lanes, group: Int, laneIndices: SIMD16<UInt32>) -> LaneMask {
    let fired =
      firing == .threshold
      ? alpha.isGreater(than: neuron.threshold)
      : alpha.isGreater(than: uniform(quickRandomBits(key ^ Self.firingStream, laneIndices: laneIndices)))
    // Lanes beyond the last neuron could read a 1 by error.
    let inside = units - group * laneCount
    return inside < laneCount ? fired & LaneMask(bits: (1 &<< UInt16(inside)) &- 1) : fired
  }

  /// Reads, fires and resets.
  @inline(__always)
  func read(
    _ outcome: QubitOutcome, after before: QubitState, _ neuron: QLIFConstants, group: Int,
    laneIndices: SIMD16<UInt32>
  ) -> QubitReading {
    var odds = outcome.odds
    var qubit = outcome.last
    if memory == .reprepare {
      qubit = MixedQubits()
      qubit.a = odds.yes
      qubit.b = odds.no
    }
    if neuron.isRefractory {
      odds.yes = select(before.fired, Lanes.zero, odds.yes)
      qubit = qubit.reset(where: before.fired)
    }
    let fired = fires(neuron, odds.yes, group: group, laneIndices: laneIndices)
    var state = QubitState()
    state.qubit = qubit.reset(where: fired)
    state.fired = fired
    return QubitReading(alpha: odds.yes, state: state)
  }

  /// Turns the key of the shots into that of the one that decides whether the neuron fires.
  private static var firingStream: UInt64 { 0x9e37_79b9_0000_0000 }
}
