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
  ///   drive    [groups * 16]
  ///   spikes   [steps, spikeStride], one bit per neuron, after dropout
  ///   alpha    [steps, groups * 16], or nil
  /// Returns the number of spikes before dropout.
  public static func qlifForwardConstant(
    _ neuron: QLIFConstants, steps: Int, groups: Int, drive: UnsafePointer<Float>, dropout: Dropout?,
    spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int, alpha: UnsafeMutablePointer<Float>?
  ) -> Int {
    var count = 0
    for group in 0..<groups {
      let turn = turn(neuron, drive: Lanes(loading: drive + group * laneCount))
      var state = PureQubits()
      var fired = LaneMask.none
      for step in 0..<steps {
        state = advance(state, fired: fired, by: turn, isRefractory: neuron.isRefractory).folded
        let population = state.s * state.s
        fired = population.isGreater(than: neuron.threshold)
        count += emit(
          fired, dropout: dropout, step: step, group: group, groups: groups, to: spikes, stride: spikeStride)
        if let alpha { population.store(to: alpha + (step * groups + group) * laneCount) }
      }
    }
    return count
  }
}

extension VectorKernels {
  /// The gradient of the drive of a constant input, summed over the steps.
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
      for step in 0..<steps {
        let raw = advance(state, fired: fired, by: turn, isRefractory: neuron.isRefractory)
        slope =
          neuron.isRefractory
          ? select(fired, Lanes.zero, slope + 1) : select(fired, Lanes.zero, slope) + 1
        let excess = raw.s * raw.s - neuron.threshold
        let offset = (step * groups + group) * laneCount
        if let spikeGradient { qlif_prefetch(spikeGradient + (offset + laneCount)) }
        var gradient = gradientThroughSpikes(
          neuron.surrogate, spikeGradient, dropout: dropout, step: step, group: group, groups: groups,
          at: excess)
        if let alphaGradient { gradient += Lanes(loading: alphaGradient + offset) }
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
