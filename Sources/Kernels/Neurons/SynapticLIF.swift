import KernelTypes

/// 16 SynapticLIF neurons after a step.
private struct SynapticLIFState {
  var membrane: Lanes
  var synapse: Lanes

  @inline(__always)
  func next(_ neuron: SynapticLIFConstants, current: Lanes) -> SynapticLIFState {
    let fired = membrane.isGreater(than: neuron.threshold)
    let synapse = current.plus(Lanes(repeating: neuron.alpha), times: synapse)
    let moved = synapse.plus(Lanes(repeating: neuron.beta), times: membrane)
    return SynapticLIFState(
      membrane: neuron.resetsToZero
        ? select(fired, Lanes.zero, moved)
        : moved - select(fired, Lanes(repeating: neuron.threshold), Lanes.zero),
      synapse: synapse)
  }

  /// The state before a range of steps.
  @inline(__always)
  static func before(_ range: StepRange, group: Int, groups: Int) -> SynapticLIFState {
    guard let row = range.stateBefore.map({ $0 + group * laneCount }) else {
      return SynapticLIFState(membrane: .zero, synapse: .zero)
    }
    return SynapticLIFState(
      membrane: Lanes(loading: row), synapse: Lanes(loading: row + groups * laneCount))
  }
}

extension VectorKernels {
  /// Runs one sample through `groups` vectors of 16 neurons: see `lifForward`.
  public static func synapticForward(
    _ neuron: SynapticLIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int, membrane: UnsafeMutablePointer<Float>?
  ) -> Int {
    var count = 0
    for group in 0..<groups {
      var state = SynapticLIFState.before(range, group: group, groups: groups)
      for row in 0..<range.count {
        let here = GroupStep(range, row: row, group: group, groups: groups)
        state = state.next(neuron, current: Lanes(loading: currents.base + here.offset(in: currents)))
        count += emit(
          state.membrane.isGreater(than: neuron.threshold), dropout: dropout, at: here, to: spikes,
          stride: spikeStride)
        if let membrane { state.membrane.store(to: membrane + here.offset) }
      }
      if let after = range.stateAfter.map({ $0 + group * laneCount }) {
        state.membrane.store(to: after)
        state.synapse.store(to: after + groups * laneCount)
      }
    }
    return count
  }

  /// Bytes that `synapticBackward` works in.
  public static func synapticBackwardMemory(steps: Int) -> Int {
    (steps + 1) * MemoryLayout<SynapticLIFState>.stride
  }

  /// The gradient of the current; the reset is a constant for it: see `lifBackward`.
  public static func synapticBackward(
    _ neuron: SynapticLIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikeGradient: UnsafePointer<Float>?, membraneGradient: UnsafePointer<Float>?,
    currentGradient: UnsafeMutablePointer<Float>, memory: UnsafeMutableRawPointer
  ) {
    // The states before each step and after the last one.
    let trace = memory.bindMemory(to: SynapticLIFState.self, capacity: range.count + 1)
    for group in 0..<groups {
      trace[0] = SynapticLIFState.before(range, group: group, groups: groups)
      for row in 0..<range.count {
        let here = GroupStep(range, row: row, group: group, groups: groups)
        trace[row + 1] = trace[row].next(
          neuron, current: Lanes(loading: currents.base + here.offset(in: currents)))
      }
      // Of the membrane and of the synaptic current through the steps after.
      let after = range.gradientAfter.map { $0 + group * laneCount }
      var laterMembrane = after.map { Lanes(loading: $0) } ?? .zero
      var laterSynapse = after.map { Lanes(loading: $0 + groups * laneCount) } ?? .zero
      var sum = sumAfter(range, currents, currentGradient + group * laneCount)
      for row in stride(from: range.count - 1, through: 0, by: -1) {
        let here = GroupStep(range, row: row, group: group, groups: groups)
        var membrane = laterMembrane
        membrane += gradientThroughSpikes(
          neuron.surrogate, spikeGradient, dropout: dropout, at: here,
          excess: trace[row + 1].membrane - neuron.threshold)
        if let membraneGradient { membrane += Lanes(loading: membraneGradient + here.offset) }
        if neuron.resetsToZero {
          membrane = select(trace[row].membrane.isGreater(than: neuron.threshold), Lanes.zero, membrane)
        }
        let gradient = laterSynapse + membrane
        laterMembrane = neuron.beta * membrane
        laterSynapse = neuron.alpha * gradient
        if currents.isConstant {
          sum += gradient
        } else {
          gradient.store(to: currentGradient + here.offset(in: currents))
        }
      }
      if currents.isConstant { sum.store(to: currentGradient + group * laneCount) }
      if let before = range.gradientBefore.map({ $0 + group * laneCount }) {
        laterMembrane.store(to: before)
        laterSynapse.store(to: before + groups * laneCount)
      }
    }
  }
}
