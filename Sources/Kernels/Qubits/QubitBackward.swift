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
  var fired: LaneMask
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

  /// The gradients of both currents. States are computed and shots drawn again.
  ///   spikeGradient   [steps, groups * 16], d loss / d spike after dropout, or nil
  ///   alphaGradient   [steps, groups * 16], d loss / d alpha beside that through the spikes, or nil
  ///   driveGradient, delayGradient   [steps, currentStride], written; of an input constant in time
  ///                   [groups * 16], summed over the steps; delayGradient nil where delay is
  ///   memory          qubitBackwardMemory(steps:) bytes
  public static func qubitBackward(
    _ neuron: QLIFConstants, _ layer: QubitLayer, steps: Int, groups: Int, drive: UnsafePointer<Float>,
    delay: UnsafePointer<Float>?, currentStride: Int, dropout: Dropout?,
    spikeGradient: UnsafePointer<Float>?, alphaGradient: UnsafePointer<Float>?,
    driveGradient: UnsafeMutablePointer<Float>, delayGradient: UnsafeMutablePointer<Float>?,
    memory: UnsafeMutableRawPointer
  ) {
    let isExact = layer.isExact
    let trace = memory.bindMemory(to: QubitTrace.self, capacity: steps)
    for group in 0..<groups {
      let constants = layer.constants(of: group)
      func action(_ step: Int) -> QubitAction {
        let current = step * currentStride + group * laneCount
        return QubitAction(
          neuron, layer, constants, drive: Lanes(loading: drive + current),
          delay: delay.map { Lanes(loading: $0 + current) } ?? Lanes.zero)
      }

      func response(_ step: Int) -> CountResponse {
        let current = step * currentStride + group * laneCount
        return CountResponse(
          neuron, constants, drive: Lanes(loading: drive + current),
          delay: delay.map { Lanes(loading: $0 + current) } ?? Lanes.zero)
      }

      var state = QubitState()
      for step in 0..<steps {
        let stages = QubitStages(layer, constants, state.qubit, action(step), isExact: isExact)
        let laneIndices = LaneIndices(neurons: groups * laneCount).at(step: step, group: group)
        let odds = layer.measured(
          layer.remembersCounts ? response(step).odds(after: state.qubit.a, layer, constants) : stages.odds,
          laneIndices: laneIndices)
        let reading = layer.read(
          QubitOutcome(last: stages.last, odds: odds), after: state, neuron, group: group,
          laneIndices: laneIndices)
        trace[step] = QubitTrace(before: state, alpha: reading.alpha, fired: reading.state.fired)
        state = reading.state
      }

      var later = MemoryGradient()
      var driveSum = Lanes.zero
      var delaySum = Lanes.zero
      for step in stride(from: steps - 1, through: 0, by: -1) {
        let here = trace[step]
        var gradient = arrivingGradient(
          spikeGradient, dropout: dropout, step: step, group: group, groups: groups)
        if layer.firing == .threshold {
          gradient = surrogateProduct(neuron.surrogate, gradient, at: here.alpha - neuron.threshold)
        }
        if let alphaGradient {
          gradient = gradient + Lanes(loading: alphaGradient + (step * groups + group) * laneCount)
        }
        let current = step * currentStride + group * laneCount
        let u = Lanes(loading: drive + current)
        let v = delay.map { Lanes(loading: $0 + current) } ?? Lanes.zero
        let (memory, driveSlope, delaySlope) = differentiate(
          neuron, layer, constants, here.before.qubit, action(step), drive: u, delay: v,
          reading: gradient, later: later.cut(where: here.fired), isExact: isExact)
        // A step that the reset takes depends on nothing.
        let skipped = neuron.isRefractory ? here.before.fired : .none
        later = memory.cut(where: skipped)
        let ofDrive = select(skipped, Lanes.zero, driveSlope)
        let ofDelay = select(skipped, Lanes.zero, delaySlope)
        if currentStride == 0 {
          driveSum = driveSum + ofDrive
          delaySum = delaySum + ofDelay
        } else {
          ofDrive.store(to: driveGradient + current)
          if let delayGradient { ofDelay.store(to: delayGradient + current) }
        }
      }
      if currentStride == 0 {
        driveSum.store(to: driveGradient + group * laneCount)
        if let delayGradient { delaySum.store(to: delayGradient + group * laneCount) }
      }
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
