import KernelTypes

// The gradient through a layer of qubits, from the last step to the first. With `a'` and `q'` the state after a turn by t,
//
//     d a' / d t = q'          d a' / d a = cos t     d a' / d q = sin t
//     d q' / d t = (b' - a')/2   d q' / d a = -sin t    d q' / d q = cos t
//
// and the channels are affine. A re-prepared neuron remembers its angle: what arrives at `phi` of a step becomes
// `d alpha = d phi / sqrt(alpha (1 - alpha))` for its population, which the step's own `q'` makes finite. Counting
// shots is straight-through, `d frequency / d alpha = 1`, in the memory by the angle at the probability, since the
// frequency itself is often 0 or 1, where an angle has no slope.

/// What arrives at a neuron's memory from the step after.
private struct MemoryGradient {
  /// Re-prepared: of `phi`.
  var phi = Lanes.zero
  /// Coherent: of the population of 1 and of the coherence.
  var a = Lanes.zero
  var q = Lanes.zero

  @inline(__always)
  init() {}

  /// See `QubitLayer.stateWidth`.
  @inline(__always)
  init(after range: StepRange, group: Int, groups: Int) {
    guard let after = range.gradientAfter else { return }
    phi = Lanes(loading: after + group * laneCount)
    a = Lanes(loading: after + (groups + group) * laneCount)
    q = Lanes(loading: after + (2 * groups + group) * laneCount)
  }

  @inline(__always)
  func store(before range: StepRange, group: Int, groups: Int) {
    guard let before = range.gradientBefore else { return }
    phi.store(to: before + group * laneCount)
    a.store(to: before + (groups + group) * laneCount)
    q.store(to: before + (2 * groups + group) * laneCount)
  }

  /// 0 where `mask` is set: a reset is a constant.
  @inline(__always)
  func cut(where mask: LaneMask) -> MemoryGradient {
    var gradient = self
    gradient.phi = select(mask, Lanes.zero, phi)
    gradient.a = select(mask, Lanes.zero, a)
    gradient.q = select(mask, Lanes.zero, q)
    return gradient
  }
}

/// A step of the forward pass.
private struct QubitTrace {
  var before: QubitState
  var alpha: Lanes
}

/// `1 / sqrt(a b)`, `d phi / d a`; 0 at the poles, where the sign of the slope would be rounding.
@inline(__always)
private func phiSlope(_ a: Lanes, _ b: Lanes) -> Lanes {
  let root = larger(a * b, Lanes.zero).root
  return select(root.isGreater(than: 1e-6), 1 / larger(root, Lanes(repeating: 1e-6)), Lanes.zero)
}

extension VectorKernels {
  /// Bytes that `qubitBackward` works in.
  public static func qubitBackwardMemory(steps: Int) -> Int { steps * MemoryLayout<QubitTrace>.stride }

  /// The gradients of the currents. States are computed and shots drawn again.
  ///   spikeGradient     [steps, groups * 16], d loss / d spike after dropout, or nil
  ///   alphaGradient     [steps, groups * 16], d loss / d alpha beside that through the spikes, or nil
  ///   currentGradient   [steps, currents.stride], written, [groups * 16] of a constant input, and the second
  ///                     current's, where there is one, `currents.offset` further on
  ///   memory            qubitBackwardMemory(steps:) bytes
  public static func qubitBackward(
    _ neuron: QLIFConstants, _ layer: QubitLayer, _ range: StepRange, groups: Int, currents: Currents,
    dropout: Dropout?, spikeGradient: UnsafePointer<Float>?, alphaGradient: UnsafePointer<Float>?,
    currentGradient: UnsafeMutablePointer<Float>, memory: UnsafeMutableRawPointer
  ) {
    let isExact = layer.isExact
    let trace = memory.bindMemory(to: QubitTrace.self, capacity: range.count)
    let delayGradient = currents.count > 1 ? currentGradient + currents.offset : nil
    for group in 0..<groups {
      let constants = layer.constants(of: group)
      @inline(__always)
      func inputs(_ here: GroupStep) -> (drive: Lanes, delay: Lanes) {
        let current = here.offset(in: currents)
        return (Lanes(loading: currents.base + current), currents.second(at: current))
      }

      var state = QubitState(before: range, group: group, groups: groups)
      for row in 0..<range.count {
        let here = GroupStep(range, row: row, group: group, groups: groups)
        let (u, v) = inputs(here)
        let action = QubitAction(neuron, layer, constants, drive: u, delay: v)
        let stages = QubitStages(layer, constants, state.qubit, action, isExact: isExact)
        let laneIndices = LaneIndices(neurons: groups * laneCount).at(step: here.step, group: group)
        var odds = stages.odds
        if layer.remembersCounts {
          let response = CountResponse(neuron, constants, drive: u, delay: v)
          odds = response.odds(after: state.qubit.a, layer, constants)
        }
        odds = layer.measured(odds, laneIndices: laneIndices)
        let reading = layer.read(
          QubitOutcome(last: stages.last, odds: odds), after: state, neuron, group: group,
          laneIndices: laneIndices)
        trace[row] = QubitTrace(before: state, alpha: reading.alpha)
        state = reading.state
      }

      var later = MemoryGradient(after: range, group: group, groups: groups)
      var driveSum = sumAfter(range, currents, currentGradient + group * laneCount)
      var delaySum = delayGradient.map { sumAfter(range, currents, $0 + group * laneCount) } ?? .zero
      for row in stride(from: range.count - 1, through: 0, by: -1) {
        let here = GroupStep(range, row: row, group: group, groups: groups)
        let before = trace[row].before
        var gradient = arrivingGradient(spikeGradient, dropout: dropout, at: here)
        if layer.firing == .threshold {
          gradient = surrogateProduct(neuron.surrogate, gradient, at: trace[row].alpha - neuron.threshold)
        }
        if let alphaGradient { gradient = gradient + Lanes(loading: alphaGradient + here.offset) }
        let (u, v) = inputs(here)
        let (memory, driveSlope, delaySlope) = differentiate(
          neuron, layer, constants, before.qubit,
          QubitAction(neuron, layer, constants, drive: u, delay: v), drive: u, delay: v, reading: gradient,
          later: later, isExact: isExact)
        // A reset is a constant, and a step that it takes depends on nothing.
        later = memory.cut(where: before.fired)
        let skipped = neuron.isRefractory ? before.fired : .none
        let ofDrive = select(skipped, Lanes.zero, driveSlope)
        let ofDelay = select(skipped, Lanes.zero, delaySlope)
        if currents.isConstant {
          driveSum = driveSum + ofDrive
          delaySum = delaySum + ofDelay
        } else {
          let current = here.offset(in: currents)
          ofDrive.store(to: currentGradient + current)
          if let delayGradient { ofDelay.store(to: delayGradient + current) }
        }
      }
      if currents.isConstant {
        driveSum.store(to: currentGradient + group * laneCount)
        if let delayGradient { delaySum.store(to: delayGradient + group * laneCount) }
      }
      later.store(before: range, group: group, groups: groups)
    }
  }
}

/// The backward pass of a step: the gradients of the memory before it, of the drive and of the delay.
///   reading   d loss / d alpha of this step, by its spike and its record
///   later     of the memory after it
@inline(__always)
private func differentiate(
  _ neuron: QLIFConstants, _ layer: QubitLayer, _ constants: UnsafePointer<Float>, _ before: MixedQubits,
  _ action: QubitAction, drive u: Lanes, delay v: Lanes, reading: Lanes, later: MemoryGradient, isExact: Bool
) -> (memory: MemoryGradient, drive: Lanes, delay: Lanes) {
  let stages = QubitStages(layer, constants, before, action, isExact: isExact)
  let leak = LeakTurn(layer, constants, before, rootDecay: action.rootDecay)
  let isDriven = action.isDriven
  let tooFar = 1 + constants.lanes(.overRotation)

  // The reading, and what waits or errs after the turn.
  let read = reading.plus(later.phi, times: phiSlope(stages.odds.yes, stages.odds.no))
  let ofLastA = later.a.plus(constants.lanes(.p11) - constants.lanes(.p01), times: read)
  let ofA = action.channel.population * ofLastA
  let ofQ = action.channel.coherence * later.q

  // The turn.
  var turn = action.turn
  if layer.leak != .delay { turn = leak.turn.replaced(where: isDriven, by: turn) }
  let turned = stages.turned
  let ofTurn = tooFar * (ofA * turned.q).plus(ofQ, times: 0.5 * (turned.b - turned.a))
  let ofPreparedA = (ofA * turn.cosine) - (ofQ * turn.sine)
  let ofPreparedQ = (ofA * turn.sine).plus(ofQ, times: turn.cosine)

  // sign(0) = 0
  let rate = select(v.isEqual(to: .zero), Lanes.zero, Lanes(repeating: neuron.delayRate)).turned(by: v)
  var memory = MemoryGradient()
  var ofWait: Lanes
  var ofPhi = Lanes.zero
  if layer.leak == .delay {
    // d a' / d x = -(1 - l)(a - rest), d q' / d x = -r q'
    ofWait = ofA * (constants.lanes(.rest) - turned.a)
    ofWait = ofWait.minus(ofQ * turned.q, times: constants.lanes(.dephasing))
  } else {
    // Of the relaxed angle, 2 asin(s sqrt(decay)).
    let ofGamma = select(leak.isMirrored, ofTurn.negative, ofTurn)
    let ofRelaxed = layer.leak == .rotation ? ofGamma : ofGamma.negative
    let reciprocal = action.rootDecay / larger(leak.relaxedC, Lanes(repeating: 1e-12))
    ofWait = (ofRelaxed * leak.s * reciprocal).negative
    ofPhi = ofRelaxed * leak.c * reciprocal
    if layer.leak == .rotation { ofPhi = ofPhi - ofGamma }
    ofPhi = select(isDriven, Lanes.zero, ofPhi)
  }

  // The memory.
  if layer.memory == .reprepare {
    let gate = Channel(gateOf: constants)
    let pure = stages.pure
    let slope = (gate.population * ofPreparedA * pure.q).plus(
      gate.coherence * ofPreparedQ, times: 0.5 * (pure.b - pure.a))
    memory.phi = ofPhi.plus(tooFar, times: slope)
  } else {
    memory.a = ofPreparedA.plus(ofPhi, times: phiSlope(before.a, before.b))
    memory.q = ofPreparedQ
  }
  return (
    memory, select(isDriven, ofTurn * thetaSlope(neuron, drive: u), Lanes.zero),
    select(isDriven, Lanes.zero, rate * ofWait)
  )
}
