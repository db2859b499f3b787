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
  let fired = previous.fires(neuron)
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
  ///   currents   drive and delay
  ///   spikes     [steps, spikeStride], one bit per neuron, after dropout
  ///   alpha      [steps, groups * 16], or nil
  ///   states     what `qlifBackwardSequence` needs, [groups, steps, sine and cosine, 16], or nil
  /// Returns the number of spikes before dropout.
  public static func qlifForwardSequence(
    _ neuron: QLIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int, alpha: UnsafeMutablePointer<Float>?,
    states: UnsafeMutablePointer<Float>?
  ) -> Int {
    let drive = currents.base
    let delay = drive + currents.offset
    var count = 0
    for group in 0..<groups {
      var state = PureQubits(before: range, group: group, groups: groups)
      var fired = state.fires(neuron)
      for row in 0..<range.count {
        let here = GroupStep(range, row: row, group: group, groups: groups)
        let current = here.offset(in: currents)
        let u = Lanes(loading: drive + current)
        let v = Lanes(loading: delay + current)
        qlif_prefetch(drive + (current + laneCount))
        qlif_prefetch(delay + (current + laneCount))
        state = advance(neuron, state, fired: fired, drive: u, delay: v)
        if let states { state.store(to: states + (group * range.count + row) * PureQubits.size) }
        state.c = state.c.magnitude
        fired = state.fires(neuron)
        count += emit(fired, dropout: dropout, at: here, to: spikes, stride: spikeStride)
        if let alpha { (state.s * state.s).store(to: alpha + here.offset) }
      }
      state.store(after: range, group: group, groups: groups)
    }
    return count
  }

  /// The gradients of both currents.
  ///   states                         as `qlifForwardSequence` left them
  ///   spikeGradient, alphaGradient   [steps, groups * 16], or nil: see the constant input
  ///   currentGradient                [steps, currents.stride], written, [groups * 16] of a constant input, and the
  ///                                  second current's `currents.offset` further on; at each step one of the two is
  ///                                  0. They may lie where the currents do, but of a constant input
  public static func qlifBackwardSequence(
    _ neuron: QLIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    states: UnsafePointer<Float>, spikeGradient: UnsafePointer<Float>?, alphaGradient: UnsafePointer<Float>?,
    currentGradient: UnsafeMutablePointer<Float>
  ) {
    let drive = currents.base
    let delay = drive + currents.offset
    let delayGradient = currentGradient + currents.offset
    for group in 0..<groups {
      let first = PureQubits(before: range, group: group, groups: groups)
      @inline(__always)
      func state(after row: Int) -> PureQubits {
        row < 0 ? first : PureQubits(loading: states + (group * range.count + row) * PureQubits.size)
      }
      // `later`: d loss / d phi through the steps after.
      var later = range.gradientAfter.map { Lanes(loading: $0 + group * laneCount) } ?? .zero
      var driveSum = sumAfter(range, currents, currentGradient + group * laneCount)
      var delaySum = sumAfter(range, currents, delayGradient + group * laneCount)
      var next = state(after: range.count - 1)
      for back in 0..<range.count {
        let row = range.count - 1 - back
        let here = GroupStep(range, row: row, group: group, groups: groups)
        let current = here.offset(in: currents)
        let (u, v) = (Lanes(loading: drive + current), Lanes(loading: delay + current))
        qlif_prefetch(drive + (current + laneCount))
        qlif_prefetch(delay + (current + laneCount))
        let nextGroup = states + ((group + 1) * range.count + row) * PureQubits.size
        qlif_prefetch(nextGroup)
        qlif_prefetch(nextGroup + laneCount)
        if let spikeGradient { qlif_prefetch(spikeGradient + (here.offset + laneCount)) }
        var previous = state(after: row - 1)
        let before = previous
        previous.c = previous.c.magnitude
        let slopes = slopes(neuron, from: previous, to: next, drive: u, delay: v)
        var gradient = gradientThroughSpikes(
          neuron.surrogate, spikeGradient, dropout: dropout, at: here,
          excess: next.s * next.s - neuron.threshold)
        if let alphaGradient { gradient += Lanes(loading: alphaGradient + here.offset) }
        // d alpha / d phi = s c
        let phi = later.plus(gradient, times: next.s * next.c.magnitude)
        let gradientOfCurrent = phi * slopes.current
        let isDriven = u.isGreater(than: 0)
        let ofDrive = select(isDriven, gradientOfCurrent, Lanes.zero)
        let ofDelay = select(isDriven, Lanes.zero, gradientOfCurrent)
        if currents.isConstant {
          driveSum += ofDrive
          delaySum += ofDelay
        } else {
          ofDrive.store(to: currentGradient + current)
          ofDelay.store(to: delayGradient + current)
        }
        later = phi * slopes.memory
        next = before
      }
      if currents.isConstant {
        driveSum.store(to: currentGradient + group * laneCount)
        delaySum.store(to: delayGradient + group * laneCount)
      }
      if let before = range.gradientBefore { later.store(to: before + group * laneCount) }
    }
  }
}
