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
    var root = (frequency * (1 - frequency)).root
    if layer.overRotates {
      let half = angle(sine: frequency.root, cosine: (1 - frequency).root)
      let turned = sineAndCosine(half * (1 + constants.lanes(.overRotation)))
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

/// Sixteen neurons between two steps.
private struct CountState {
  var response = CountResponse()
  /// What was read; 0 after a spike.
  var frequency = Lanes.zero
  var fired = LaneMask.none
}

extension VectorKernels {
  /// As `run`, of a layer that remembers counts.
  static func runCounted(
    _ neuron: QLIFConstants, _ layer: QubitLayer, _ places: QubitPlaces, steps: Int, groups: Int,
    drive: UnsafePointer<Float>, delay: UnsafePointer<Float>?, currentStride: Int, dropout: Dropout?,
    spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int, alpha: UnsafeMutablePointer<Float>?
  ) -> Int {
    // A neuron that fires for certain needs no count, unless it is shown.
    let firesSurely =
      layer.firing == .threshold && alpha == nil && Float(layer.shots) * (1 - neuron.threshold) > mostOfFew
    var count = 0
    withUnsafeTemporaryAllocation(of: CountState.self, capacity: qubitTile) { states in
      guard let states = states.baseAddress else { return }
      for first in stride(from: 0, to: groups, by: qubitTile) {
        states.initialize(repeating: CountState(), count: qubitTile)
        for step in 0..<steps {
          for slot in 0..<min(qubitTile, groups - first) {
            let group = first + slot
            let constants = layer.constants(of: group)
            if step == 0 || currentStride != 0 {
              let current = step * currentStride + group * laneCount
              states[slot].response = CountResponse(
                neuron, constants, drive: Lanes(loading: drive + current),
                delay: delay.map { Lanes(loading: $0 + current) } ?? Lanes.zero)
            }
            let fired = states[slot].fired
            let rests = neuron.isRefractory ? fired : .none
            let odds = states[slot].response.odds(after: states[slot].frequency, layer, constants)
            var vague = rests
            if firesSurely { vague = vague | odds.yes.isGreater(than: 0.5) }
            let place = places.places(step: step, group: group)
            var read = frequency(
              odds, shots: layer.shots, quickRandomBits(layer.key, places: place), vague: vague)
            read = select(rests, Lanes.zero, read)
            let fires = layer.fires(neuron, read, group: group, places: place)
            states[slot].frequency = select(fires, Lanes.zero, read)
            states[slot].fired = fires
            count += emit(
              fires, dropout: dropout, step: step, group: group, groups: groups, to: spikes,
              stride: spikeStride)
            if let alpha { read.store(to: alpha + (step * groups + group) * laneCount) }
          }
        }
      }
    }
    return count
  }
}
