import KernelTypes

/// What a neuron reads that is re-prepared, waits to leak and has its shots counted: all that it remembers is a
/// frequency, and every error between that and the next reading is an affine map. With `f` the population as it is
/// prepared,
///
///     probability of 1 = offset + population f + coherence sqrt(f (1 - f))
struct CountResponse {
  var offset = Lanes.zero
  var population = Lanes.zero
  var coherence = Lanes.zero

  @inline(__always)
  init() {}

  @inline(__always)
  init(
    _ neuron: QLIFConstants, _ constants: UnsafePointer<Float>, drive u: Lanes, delay v: Lanes
  ) {
    let isDriven = u.isGreater(than: 0)
    let half = halfAngle(neuron, drive: u) * (1 + constants.lanes(.overRotation))
    let turn = Turn(halfAngle: select(isDriven, half, Lanes.zero))
    let waited = neuron.delayRate * v.magnitude
    let gatePopulation = constants.lanes(.population)
    let gateToOne = constants.lanes(.toOne)
    let kept = select(isDriven, gatePopulation, exponential(waited.negative))
    let toOne = select(isDriven, gateToOne, lost(waited) * constants.lanes(.rest))
    let reading = constants.lanes(.p11) - constants.lanes(.p01)
    let through = reading * kept
    offset = constants.lanes(.p01).plus(reading, times: toOne)
    offset = offset.plus(through, times: turn.versine.plus(gateToOne, times: turn.cosine))
    population = through * gatePopulation * turn.cosine
    coherence = through * constants.lanes(.coherence) * turn.sine
  }

  /// - Parameter frequency: what the neuron remembers.
  @inline(__always)
  func odds(after frequency: Lanes, _ layer: QubitLayer, _ constants: UnsafePointer<Float>) -> Odds {
    var prepared = frequency
    var root = frequency.minus(frequency, times: frequency).root
    if layer.overRotates {
      let half = rootArcsine(frequency)
      let turned = sineAndCosine(half.plus(half, times: constants.lanes(.overRotation)))
      prepared = turned.sine * turned.sine
      root = turned.sine * turned.cosine
    }
    var yes = offset.plus(population, times: prepared).plus(coherence, times: root)
    yes = smaller(larger(yes, Lanes.zero), Lanes(repeating: 1))
    return Odds(yes: yes, no: 1 - yes)
  }
}

extension QubitLayer {
  /// Whether frequencies are all that its neurons remember; see `CountResponse`.
  @inline(__always)
  var remembersCounts: Bool { shots > 0 && memory == .reprepare && leak == .delay }

  /// About the drive up to which a neuron in its ground state, of the first group, reads few ones.
  func weakDrive(_ neuron: QLIFConstants) -> Float {
    guard remembersCounts else { return 0 }
    func constant(_ field: Field) -> Float { table[field.rawValue * laneCount] }
    let byError = constant(.p01) + (constant(.p11) - constant(.p01)) * constant(.toOne)
    // sin^2(theta / 2) is nearly theta^2 / 4.
    return 2 * max(0, 1.1 * leastVariance / Float(shots) - byError).squareRoot() / neuron.driveScale
  }
}

/// What a step of 16 neurons depends on beside their memory.
private struct CountStep {
  var draw = Draw()
  var response = CountResponse()
}

/// 16 neurons between two steps.
private struct CountState {
  /// What was read; 0 after a spike.
  var frequency: Lanes
  var fired: LaneMask
  /// Of the step that is under way.
  var odds = Odds(yes: .zero, no: .zero)

  @inline(__always)
  init(_ state: QubitState) {
    frequency = state.qubit.a
    fired = state.fired
  }

  var qubits: QubitState {
    var state = QubitState()
    state.qubit.a = frequency
    state.qubit.b = 1 - frequency
    state.fired = fired
    return state
  }
}

extension QubitRun {
  /// As `all`, of a layer that remembers counts.
  ///
  /// Each part of a step goes through all groups of a tile: the processor looks ahead over several groups of a part,
  /// but hardly over one of a whole step. What does not hang on the memory is computed for several steps where groups
  /// are few.
  func counted() -> Int {
    // Copies, so that they stay in registers while spikes are written.
    let (neuron, layer, indices, range, groups) = (neuron, layer, indices, range, groups)
    let (currents, dropout, spikes, spikeStride, alpha) = (currents, dropout, spikes, spikeStride, alpha)
    // A neuron that fires for certain needs no count, unless it is shown.
    let firesSurely =
      layer.firing == .threshold && alpha == nil && Float(layer.shots) * (1 - neuron.threshold) > mostOfFew
    let tiles = (groups + qubitTile - 1) / qubitTile
    var count = 0
    withUnsafeTemporaryAllocation(of: CountState.self, capacity: qubitTile) { states in
      withUnsafeTemporaryAllocation(of: CountStep.self, capacity: qubitTile) { prepared in
        guard let states = states.baseAddress, let prepared = prepared.baseAddress else { return }
        prepared.initialize(repeating: CountStep(), count: qubitTile)
        for tile in 0..<tiles {
          let first = tile * groups / tiles
          let slots = (tile + 1) * groups / tiles - first
          let stepsAtATime = qubitTile / slots
          for slot in 0..<slots {
            states[slot] = CountState(QubitState(before: range, group: first + slot, groups: groups))
          }
          for row in 0..<range.count {
            let steps = prepared + row % stepsAtATime * slots
            if row % stepsAtATime == 0 {
              for ahead in row..<min(row + stepsAtATime, range.count) {
                for slot in 0..<slots {
                  let there = GroupStep(range, row: ahead, group: first + slot, groups: groups)
                  let step = steps + (ahead - row) * slots + slot
                  step.pointee.draw = layer.draw(indices.at(step: there.step, group: there.group))
                  guard row == 0 || !currents.isConstant else { continue }
                  let current = there.offset(in: currents)
                  step.pointee.response = CountResponse(
                    neuron, layer.constants(of: there.group), drive: Lanes(loading: currents.base + current),
                    delay: currents.second(at: current))
                }
              }
            }
            for slot in 0..<slots {
              states[slot].odds = steps[slot].response.odds(
                after: states[slot].frequency, layer, layer.constants(of: first + slot))
            }
            for slot in 0..<slots {
              let here = GroupStep(range, row: row, group: first + slot, groups: groups)
              let odds = states[slot].odds
              let rests = neuron.isRefractory ? states[slot].fired : .none
              let vague = firesSurely ? rests | odds.yes.isGreater(than: 0.5) : rests
              var read = frequency(odds, shots: layer.shots, steps[slot].draw, vague: vague)
              read = select(rests, Lanes.zero, read)
              let fires = layer.fires(
                neuron, read, group: here.group, laneIndices: indices.at(step: here.step, group: here.group))
              states[slot].frequency = select(fires, Lanes.zero, read)
              states[slot].fired = fires
              count += emit(fires, dropout: dropout, at: here, to: spikes, stride: spikeStride)
              if let alpha { read.store(to: alpha + here.offset) }
            }
          }
          for slot in 0..<slots {
            states[slot].qubits.store(after: range, group: first + slot, groups: groups)
          }
        }
      }
    }
    return count
  }
}
