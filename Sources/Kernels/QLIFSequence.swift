import CSIMD
import KernelTypes

// A layer whose input varies in time: a neuron turns where its drive is positive and leaks where it is not.

/// One step: the amplitudes after it, and its slopes.
private struct Advanced {
  var qubits: Qubits
  /// `d phi' / d phi`
  var memorySlope: Lanes
  /// `d phi' / d u` where driven, `d phi' / d v` where not
  var currentSlope: Lanes
}

@inline(__always)
private func advance(
  _ neuron: QLIFConstants, _ previous: Qubits, fired: LaneMask, drive u: Lanes, delay v: Lanes
) -> Advanced {
  // Right after a spike phi is 0, whether or not the reset takes a step of its own.
  let state = previous.reset(where: fired)
  let turn = sineAndCosine(halfAngle(neuron, drive: u))
  let driven = state.rotated(sine: turn.sine, cosine: turn.cosine)
  let one = select(driven.isOnFold, Lanes.zero, Lanes(repeating: 1).turned(by: driven.s * driven.c))
  let leaked = leak(neuron, state, delay: v)
  let isDriven = u.isGreater(than: 0)
  let folded = driven.folded
  var next = Advanced(
    qubits: Qubits(
      s: select(isDriven, folded.s, leaked.qubits.s), c: select(isDriven, folded.c, leaked.qubits.c)),
    memorySlope: select(fired, Lanes.zero, select(isDriven, one, leaked.memorySlope)),
    currentSlope: select(isDriven, one * angleSlope(neuron, drive: u), leaked.delaySlope))
  if neuron.isRefractory {
    next.qubits = next.qubits.reset(where: fired)
    next.currentSlope = select(fired, Lanes.zero, next.currentSlope)
  }
  return next
}

extension VectorKernels {
  /// Runs one sample through `groups` times sixteen neurons.
  ///   drive, delay   [steps, currentStride], of which groups * 16 count
  ///   spikes         [steps, spikeStride], one bit per neuron, after dropout
  ///   alpha          [steps, groups * 16], or nil
  /// Returns the number of spikes before dropout.
  public static func qlifForwardSequence(
    _ neuron: QLIFConstants, steps: Int, groups: Int, drive: UnsafePointer<Float>,
    delay: UnsafePointer<Float>, currentStride: Int, dropout: Dropout?,
    spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int, alpha: UnsafeMutablePointer<Float>?
  ) -> Int {
    var count = 0
    for group in 0..<groups {
      var state = Qubits()
      var fired = LaneMask.none
      for step in 0..<steps {
        let current = step * currentStride + group * laneCount
        let u = Lanes(loading: drive + current)
        let v = Lanes(loading: delay + current)
        state = advance(neuron, state, fired: fired, drive: u, delay: v).qubits
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
  /// The gradients of both currents. States are computed again.
  ///   spikeGradient, alphaGradient   [steps, groups * 16], or nil: see the constant input
  ///   driveGradient, delayGradient   [steps, currentStride], written; one of the two is 0 everywhere
  public static func qlifBackwardSequence(
    _ neuron: QLIFConstants, steps: Int, groups: Int, drive: UnsafePointer<Float>,
    delay: UnsafePointer<Float>, currentStride: Int, dropout: Dropout?, spikeGradient: UnsafePointer<Float>?,
    alphaGradient: UnsafePointer<Float>?, driveGradient: UnsafeMutablePointer<Float>,
    delayGradient: UnsafeMutablePointer<Float>
  ) {
    withUnsafeTemporaryAllocation(of: Advanced.self, capacity: steps) { trace in
      guard let trace = trace.baseAddress else { return }
      for group in 0..<groups {
        var state = Qubits()
        var fired = LaneMask.none
        for step in 0..<steps {
          let current = step * currentStride + group * laneCount
          let u = Lanes(loading: drive + current)
          let v = Lanes(loading: delay + current)
          qlif_prefetch(drive + (current + laneCount))
          qlif_prefetch(delay + (current + laneCount))
          if let spikeGradient { qlif_prefetch(spikeGradient + (step * groups + group) * laneCount) }
          qlif_prefetch(driveGradient + current)
          qlif_prefetch(delayGradient + current)
          let next = advance(neuron, state, fired: fired, drive: u, delay: v)
          trace[step] = next
          state = next.qubits
          fired = (state.s * state.s).isGreater(than: neuron.threshold)
        }

        var later = Lanes.zero
        for back in 0..<steps {
          let step = steps - 1 - back
          let offset = (step * groups + group) * laneCount
          let here = trace[step]
          let excess = here.qubits.s * here.qubits.s - neuron.threshold
          var gradient = gradientThroughSpikes(
            neuron.surrogate, spikeGradient, dropout: dropout, step: step, group: group, groups: groups,
            at: excess)
          if let alphaGradient { gradient += Lanes(loading: alphaGradient + offset) }
          // d alpha / d phi = s c
          let phi = later.plus(gradient, times: here.qubits.s * here.qubits.c)
          let gradientOfCurrent = phi * here.currentSlope
          let current = step * currentStride + group * laneCount
          let isDriven = Lanes(loading: drive + current).isGreater(than: 0)
          select(isDriven, gradientOfCurrent, Lanes.zero).store(to: driveGradient + current)
          select(isDriven, Lanes.zero, gradientOfCurrent).store(to: delayGradient + current)
          later = phi * here.memorySlope
        }
      }
    }
  }
}
