import KernelTypes

/// `U' = beta U + I - threshold [fired]`, or `beta U` only where it has not fired and resets to zero.
@inline(__always)
private func advance(_ neuron: LIFConstants, _ membrane: Lanes, fired: LaneMask, current: Lanes) -> Lanes {
  if neuron.resetsToZero {
    return current.plus(Lanes(repeating: neuron.beta), times: select(fired, Lanes.zero, membrane))
  }
  let leaked = current.plus(Lanes(repeating: neuron.beta), times: membrane)
  return leaked - select(fired, Lanes(repeating: neuron.threshold), Lanes.zero)
}

extension VectorKernels {
  /// Runs one sample through `groups` vectors of 16 neurons.
  ///   current    [steps, currentStride], of which groups * 16 count; a stride of 0 is a constant input
  ///   spikes     [steps, spikeStride], one bit per neuron, after dropout
  ///   membrane   [steps, groups * 16], or nil
  /// Returns the number of spikes before dropout.
  public static func lifForward(
    _ neuron: LIFConstants, steps: Int, groups: Int, current: UnsafePointer<Float>, currentStride: Int,
    dropout: Dropout?, spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int,
    membrane: UnsafeMutablePointer<Float>?
  ) -> Int {
    var count = 0
    for group in 0..<groups {
      var state = Lanes.zero
      var fired = LaneMask.none
      for step in 0..<steps {
        let input = Lanes(loading: current + step * currentStride + group * laneCount)
        state = advance(neuron, state, fired: fired, current: input)
        fired = state.isGreater(than: neuron.threshold)
        count += emit(
          fired, dropout: dropout, step: step, group: group, groups: groups, to: spikes, stride: spikeStride)
        if let membrane { state.store(to: membrane + (step * groups + group) * laneCount) }
      }
    }
    return count
  }

  /// Bytes that `lifBackward` works in.
  public static func lifBackwardMemory(steps: Int) -> Int { steps * MemoryLayout<Lanes>.stride }

  /// The gradient of the current; the reset is a constant for it. States are computed again.
  ///   spikeGradient, membraneGradient   [steps, groups * 16], or nil: see QLIF
  ///   currentGradient                   [steps, currentStride], written; summed over the steps of a constant input
  ///   memory                            lifBackwardMemory(steps:) bytes
  public static func lifBackward(
    _ neuron: LIFConstants, steps: Int, groups: Int, current: UnsafePointer<Float>, currentStride: Int,
    dropout: Dropout?, spikeGradient: UnsafePointer<Float>?, membraneGradient: UnsafePointer<Float>?,
    currentGradient: UnsafeMutablePointer<Float>, memory: UnsafeMutableRawPointer
  ) {
    let trace = memory.bindMemory(to: Lanes.self, capacity: steps)
    for group in 0..<groups {
      var state = Lanes.zero
      var fired = LaneMask.none
      for step in 0..<steps {
        let input = Lanes(loading: current + step * currentStride + group * laneCount)
        state = advance(neuron, state, fired: fired, current: input)
        trace[step] = state
        fired = state.isGreater(than: neuron.threshold)
      }
      // `later`: d loss / d membrane of the step after.
      var later = Lanes.zero
      var sum = Lanes.zero
      for step in stride(from: steps - 1, through: 0, by: -1) {
        let excess = trace[step] - neuron.threshold
        let offset = (step * groups + group) * laneCount
        var gradient = neuron.beta * later
        if neuron.resetsToZero { gradient = select(excess.isGreater(than: 0), Lanes.zero, gradient) }
        gradient += gradientThroughSpikes(
          neuron.surrogate, spikeGradient, dropout: dropout, step: step, group: group, groups: groups,
          at: excess)
        if let membraneGradient { gradient += Lanes(loading: membraneGradient + offset) }
        later = gradient
        if currentStride == 0 {
          sum += gradient
        } else {
          gradient.store(to: currentGradient + step * currentStride + group * laneCount)
        }
      }
      if currentStride == 0 { sum.store(to: currentGradient + group * laneCount) }
    }
  }
}
