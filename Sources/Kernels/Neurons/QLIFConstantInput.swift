import CSIMD
import KernelTypes

// A layer whose input does not change in time. A neuron with u <= 0 stays in its ground state, one with
// u > 0 never leaks (docs/model.md#constant-input): each neuron turns by its own fixed angle, and the delay current has no
// effect and no gradient.

/// Half of each neuron's angle, 0 without an input spike.
@inline(__always)
private func turn(_ neuron: QLIFConstants, drive u: Lanes) -> (sine: Lanes, cosine: Lanes) {
  sineAndCosine(select(u.isGreater(than: 0), halfAngle(neuron, drive: u), Lanes.zero))
}

/// One step from `state`: the amplitudes after the step with their signs, and which neurons fire.
@inline(__always)
private func advance(
  _ state: PureQubits, fired: LaneMask, by turn: (sine: Lanes, cosine: Lanes), isRefractory: Bool
) -> PureQubits {
  isRefractory
    ? state.rotated(sine: turn.sine, cosine: turn.cosine).reset(where: fired)
    : state.reset(where: fired).rotated(sine: turn.sine, cosine: turn.cosine)
}

extension VectorKernels {
  /// Runs one sample through `groups` vectors of 16 neurons.
  ///   range    from rest, or from the state that steps of the same input left
  ///   drive    [groups * 16]
  ///   spikes   [steps, spikeStride], one bit per neuron, after dropout
  ///   alpha    [steps, groups * 16], or nil
  /// Returns the number of spikes before dropout.
  public static func qlifForwardConstant(
    _ neuron: QLIFConstants, _ range: StepRange, groups: Int, drive: UnsafePointer<Float>, dropout: Dropout?,
    spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int, alpha: UnsafeMutablePointer<Float>?
  ) -> Int {
    var count = 0
    for group in 0..<groups {
      let turn = turn(neuron, drive: Lanes(loading: drive + group * laneCount))
      var state = PureQubits(before: range, group: group, groups: groups)
      var fired = state.fires(neuron)
      for row in 0..<range.count {
        let here = GroupStep(range, row: row, group: group, groups: groups)
        state = advance(state, fired: fired, by: turn, isRefractory: neuron.isRefractory).folded
        fired = state.fires(neuron)
        count += emit(fired, dropout: dropout, at: here, to: spikes, stride: spikeStride)
        if let alpha { (state.s * state.s).store(to: alpha + here.offset) }
      }
      state.store(after: range, group: group, groups: groups)
    }
    return count
  }
}

extension VectorKernels {
  /// The gradient of the drive of a constant input, summed over the steps of a whole run, from rest.
  ///   spikeGradient   [steps, groups * 16], d loss / d spike after dropout, or nil
  ///   alphaGradient   [steps, groups * 16], d loss / d alpha beside that through the spikes, or nil
  ///   driveGradient   [groups * 16], written
  ///
  /// All steps turn by the same angle theta, so `d phi / d theta` is one number for each neuron that travels with
  /// the state: it grows by 1 with each turn, changes its sign with a fold and ends with a reset. The gradient is a
  /// sum along the way, and nothing needs to be remembered.
  public static func qlifBackwardConstant(
    _ neuron: QLIFConstants, steps: Int, groups: Int, drive: UnsafePointer<Float>, dropout: Dropout?,
    spikeGradient: UnsafePointer<Float>?, alphaGradient: UnsafePointer<Float>?,
    driveGradient: UnsafeMutablePointer<Float>
  ) {
    for group in 0..<groups {
      let u = Lanes(loading: drive + group * laneCount)
      let isDriven = u.isGreater(than: 0)
      let output = driveGradient + group * laneCount
      if isDriven.bits == 0 {
        Lanes.zero.store(to: output)
        continue
      }
      let turn = turn(neuron, drive: u)
      var state = PureQubits()
      var fired = LaneMask.none
      var slope = Lanes.zero
      var sum = Lanes.zero
      for row in 0..<steps {
        let here = GroupStep(StepRange(count: steps), row: row, group: group, groups: groups)
        let raw = advance(state, fired: fired, by: turn, isRefractory: neuron.isRefractory)
        slope =
          neuron.isRefractory
          ? select(fired, Lanes.zero, slope + 1) : select(fired, Lanes.zero, slope) + 1
        let excess = raw.s * raw.s - neuron.threshold
        if let spikeGradient { qlif_prefetch(spikeGradient + (here.offset + laneCount)) }
        var gradient = gradientThroughSpikes(
          neuron.surrogate, spikeGradient, dropout: dropout, at: here, excess: excess)
        if let alphaGradient { gradient += Lanes(loading: alphaGradient + here.offset) }
        // d alpha / d phi = |s c|, and the fold's sign is that of s c.
        let product = raw.s * raw.c
        sum = sum.plus(gradient, times: product * slope)
        slope = select(raw.isOnFold, Lanes.zero, slope.turned(by: product))
        state = raw.folded
        fired = excess.isGreater(than: 0)
      }
      select(isDriven, sum * thetaSlope(neuron, drive: u), Lanes.zero).store(to: output)
    }
  }
}
