import CSIMD
import KernelTypes

// A layer whose input varies in time: a neuron turns where its drive is positive and leaks where it is not.

/// The amplitudes after a step. Where a drive has turned them past a fold, so that `d phi' / d phi` is -1, the cosine is
/// negative; the neuron stands where it would with a positive one.
@inline(__always)
private func advance(
  _ neuron: QLIFConstants, _ previous: PureQubits, fired: LaneMask, drive u: Lanes, delay v: Lanes
) -> PureQubits {
  // Right after a spike phi is 0, whether or not the reset takes a step of its own.
  let state = previous.reset(where: fired)
  let turn = sineAndCosine(halfAngle(neuron, drive: u))
  let driven = state.rotated(sine: turn.sine, cosine: turn.cosine)
  let leaked = leak(neuron, state, delay: v)
  let isDriven = u.isGreater(than: 0)
  let next = PureQubits(
    s: select(isDriven, driven.s.magnitude, leaked.s),
    c: select(isDriven, driven.c.turned(by: driven.s), leaked.c))
  return neuron.isRefractory ? next.reset(where: fired) : next
}

/// `d phi' / d phi` of a step, and `d phi' / d u` where driven, `d phi' / d v` where not.
@inline(__always)
private func slopes(
  _ neuron: QLIFConstants, from previous: PureQubits, to next: PureQubits, drive u: Lanes, delay v: Lanes
) -> (memory: Lanes, current: Lanes) {
  let fired = (previous.s * previous.s).isGreater(than: neuron.threshold)
  let turned = select(next.isOnFold, Lanes.zero, Lanes(repeating: 1).turned(by: next.c))
  let leaked = leakSlopes(neuron, from: previous.reset(where: fired), to: next, delay: v)
  let isDriven = u.isGreater(than: 0)
  let memory = select(isDriven, turned, leaked.memory)
  let current = select(isDriven, turned * thetaSlope(neuron, drive: u), leaked.delay)
  return (
    select(fired, Lanes.zero, memory), neuron.isRefractory ? select(fired, Lanes.zero, current) : current
  )
}

extension VectorKernels {
  /// Runs one sample through `groups` vectors of 16 neurons.
  ///   drive, delay   [steps, currentStride], of which groups * 16 count
  ///   spikes         [steps, spikeStride], one bit per neuron, after dropout
  ///   alpha          [steps, groups * 16], or nil
  ///   states         what `qlifBackwardSequence` needs, [groups, steps, sine and cosine, 16], or nil
  /// Returns the number of spikes before dropout.
  public static func qlifForwardSequence(
    _ neuron: QLIFConstants, steps: Int, groups: Int, drive: UnsafePointer<Float>,
    delay: UnsafePointer<Float>, currentStride: Int, dropout: Dropout?,
    spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int, alpha: UnsafeMutablePointer<Float>?,
    states: UnsafeMutablePointer<Float>?
  ) -> Int {
    var count = 0
    for group in 0..<groups {
      var state = PureQubits()
      var fired = LaneMask.none
      for step in 0..<steps {
        let current = step * currentStride + group * laneCount
        let u = Lanes(loading: drive + current)
        let v = Lanes(loading: delay + current)
        qlif_prefetch(drive + (current + laneCount))
        qlif_prefetch(delay + (current + laneCount))
        state = advance(neuron, state, fired: fired, drive: u, delay: v)
        if let states { state.store(to: states + (group * steps + step) * PureQubits.size) }
        state.c = state.c.magnitude
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
  /// The gradients of both currents.
  ///   states                         as `qlifForwardSequence` left them
  ///   spikeGradient, alphaGradient   [steps, groups * 16], or nil: see the constant input
  ///   driveGradient, delayGradient   [steps, currentStride], written; one of the two is 0 everywhere. They may lie
  ///                                  where the currents do
  public static func qlifBackwardSequence(
    _ neuron: QLIFConstants, steps: Int, groups: Int, drive: UnsafePointer<Float>,
    delay: UnsafePointer<Float>, currentStride: Int, dropout: Dropout?, states: UnsafePointer<Float>,
    spikeGradient: UnsafePointer<Float>?, alphaGradient: UnsafePointer<Float>?,
    driveGradient: UnsafeMutablePointer<Float>, delayGradient: UnsafeMutablePointer<Float>
  ) {
    for group in 0..<groups {
      @inline(__always)
      func state(after step: Int) -> PureQubits {
        step < 0 ? PureQubits() : PureQubits(loading: states + (group * steps + step) * PureQubits.size)
      }
      var later = Lanes.zero
      var next = state(after: steps - 1)
      for back in 0..<steps {
        let step = steps - 1 - back
        let offset = (step * groups + group) * laneCount
        let current = step * currentStride + group * laneCount
        let (u, v) = (Lanes(loading: drive + current), Lanes(loading: delay + current))
        qlif_prefetch(drive + (current + laneCount))
        qlif_prefetch(delay + (current + laneCount))
        let nextGroup = states + ((group + 1) * steps + step) * PureQubits.size
        qlif_prefetch(nextGroup)
        qlif_prefetch(nextGroup + laneCount)
        if let spikeGradient { qlif_prefetch(spikeGradient + (offset + laneCount)) }
        var previous = state(after: step - 1)
        let before = previous
        previous.c = previous.c.magnitude
        let slopes = slopes(neuron, from: previous, to: next, drive: u, delay: v)
        var gradient = gradientThroughSpikes(
          neuron.surrogate, spikeGradient, dropout: dropout, step: step, group: group, groups: groups,
          at: next.s * next.s - neuron.threshold)
        if let alphaGradient { gradient += Lanes(loading: alphaGradient + offset) }
        // d alpha / d phi = s c
        let phi = later.plus(gradient, times: next.s * next.c.magnitude)
        let gradientOfCurrent = phi * slopes.current
        let isDriven = u.isGreater(than: 0)
        select(isDriven, gradientOfCurrent, Lanes.zero).store(to: driveGradient + current)
        select(isDriven, Lanes.zero, gradientOfCurrent).store(to: delayGradient + current)
        later = phi * slopes.memory
        next = before
      }
    }
  }
}
