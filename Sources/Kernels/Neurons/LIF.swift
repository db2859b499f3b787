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
  ///   currents   one
  ///   spikes     [steps, spikeStride], one bit per neuron, after dropout
  ///   membrane   [steps, groups * 16], or nil
  /// Returns the number of spikes before dropout.
  public static func lifForward(
    _ neuron: LIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int, membrane: UnsafeMutablePointer<Float>?
  ) -> Int {
    var count = 0
    for group in 0..<groups {
      var state = stateBefore(range, group: group)
      var fired = state.isGreater(than: neuron.threshold)
      for row in 0..<range.count {
        let here = GroupStep(range, row: row, group: group, groups: groups)
        let input = Lanes(loading: currents.base + here.offset(in: currents))
        state = advance(neuron, state, fired: fired, current: input)
        fired = state.isGreater(than: neuron.threshold)
        count += emit(fired, dropout: dropout, at: here, to: spikes, stride: spikeStride)
        if let membrane { state.store(to: membrane + here.offset) }
      }
      if let after = range.stateAfter { state.store(to: after + group * laneCount) }
    }
    return count
  }

  @inline(__always)
  private static func stateBefore(_ range: StepRange, group: Int) -> Lanes {
    range.stateBefore.map { Lanes(loading: $0 + group * laneCount) } ?? .zero
  }

  /// Bytes that `lifBackward` works in.
  public static func lifBackwardMemory(steps: Int) -> Int { (steps + 1) * MemoryLayout<Lanes>.stride }

  /// The gradient of the current; the reset is a constant for it. States are computed again.
  ///   spikeGradient, membraneGradient   [steps, groups * 16], or nil: see QLIF
  ///   currentGradient                   [steps, currents.stride], written; [groups * 16] of a constant input
  ///   memory                            lifBackwardMemory(steps:) bytes
  public static func lifBackward(
    _ neuron: LIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikeGradient: UnsafePointer<Float>?, membraneGradient: UnsafePointer<Float>?,
    currentGradient: UnsafeMutablePointer<Float>, memory: UnsafeMutableRawPointer
  ) {
    // The membranes before each step and after the last one.
    let trace = memory.bindMemory(to: Lanes.self, capacity: range.count + 1)
    for group in 0..<groups {
      var state = stateBefore(range, group: group)
      trace[0] = state
      for row in 0..<range.count {
        let here = GroupStep(range, row: row, group: group, groups: groups)
        let input = Lanes(loading: currents.base + here.offset(in: currents))
        state = advance(neuron, state, fired: state.isGreater(than: neuron.threshold), current: input)
        trace[row + 1] = state
      }
      // `later`: d loss / d membrane through the steps after.
      var later = range.gradientAfter.map { Lanes(loading: $0 + group * laneCount) } ?? .zero
      var sum = sumAfter(range, currents, currentGradient + group * laneCount)
      for row in stride(from: range.count - 1, through: 0, by: -1) {
        let here = GroupStep(range, row: row, group: group, groups: groups)
        var gradient = later
        gradient += gradientThroughSpikes(
          neuron.surrogate, spikeGradient, dropout: dropout, at: here,
          excess: trace[row + 1] - neuron.threshold)
        if let membraneGradient { gradient += Lanes(loading: membraneGradient + here.offset) }
        later = neuron.beta * gradient
        if neuron.resetsToZero {
          later = select(trace[row].isGreater(than: neuron.threshold), Lanes.zero, later)
        }
        if currents.isConstant {
          sum += gradient
        } else {
          gradient.store(to: currentGradient + here.offset(in: currents))
        }
      }
      if currents.isConstant { sum.store(to: currentGradient + group * laneCount) }
      if let before = range.gradientBefore { later.store(to: before + group * laneCount) }
    }
  }
}
