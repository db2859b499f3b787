import KernelTypes

/// 16 ALIF neurons after a step.
private struct ALIFState {
  var membrane: Lanes
  var adaptation: Lanes

  /// The membrane less the adapted threshold.
  @inline(__always)
  func excess(_ neuron: ALIFConstants) -> Lanes { membrane - threshold(neuron) }

  @inline(__always)
  func threshold(_ neuron: ALIFConstants) -> Lanes {
    Lanes(repeating: neuron.threshold).plus(Lanes(repeating: neuron.adaptation), times: adaptation)
  }

  @inline(__always)
  func next(_ neuron: ALIFConstants, current: Lanes) -> ALIFState {
    let fired = excess(neuron).isGreater(than: 0)
    let spike = select(fired, Lanes(repeating: 1 - neuron.rho), Lanes.zero)
    let adapted = spike.plus(Lanes(repeating: neuron.rho), times: adaptation)
    let left = neuron.resetsToZero ? select(fired, Lanes.zero, membrane) : membrane
    var moved = current.plus(Lanes(repeating: neuron.beta), times: left)
    if !neuron.resetsToZero { moved = moved - select(fired, threshold(neuron), Lanes.zero) }
    return ALIFState(membrane: moved, adaptation: adapted)
  }

  /// The state before a range of steps.
  @inline(__always)
  static func before(_ range: StepRange, group: Int, groups: Int) -> ALIFState {
    guard let row = range.stateBefore.map({ $0 + group * laneCount }) else {
      return ALIFState(membrane: .zero, adaptation: .zero)
    }
    return ALIFState(
      membrane: Lanes(loading: row), adaptation: Lanes(loading: row + groups * laneCount))
  }
}

extension VectorKernels {
  /// Runs one sample through `groups` vectors of 16 neurons: see `lifForward`.
  public static func alifForward(
    _ neuron: ALIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int, membrane: UnsafeMutablePointer<Float>?
  ) -> Int {
    var count = 0
    for group in 0..<groups {
      var state = ALIFState.before(range, group: group, groups: groups)
      for row in 0..<range.count {
        let here = GroupStep(range, row: row, group: group, groups: groups)
        state = state.next(neuron, current: Lanes(loading: currents.base + here.offset(in: currents)))
        count += emit(
          state.excess(neuron).isGreater(than: 0), dropout: dropout, at: here, to: spikes, stride: spikeStride
        )
        if let membrane { state.membrane.store(to: membrane + here.offset) }
      }
      if let after = range.stateAfter.map({ $0 + group * laneCount }) {
        state.membrane.store(to: after)
        state.adaptation.store(to: after + groups * laneCount)
      }
    }
    return count
  }

  /// Bytes that `alifBackward` works in.
  public static func alifBackwardMemory(steps: Int) -> Int { (steps + 1) * MemoryLayout<ALIFState>.stride }

  /// The gradient of the current; the reset is a constant for it, the adaptation is not: see `lifBackward`.
  public static func alifBackward(
    _ neuron: ALIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikeGradient: UnsafePointer<Float>?, membraneGradient: UnsafePointer<Float>?,
    currentGradient: UnsafeMutablePointer<Float>, memory: UnsafeMutableRawPointer
  ) {
    // The states before each step and after the last one.
    let trace = memory.bindMemory(to: ALIFState.self, capacity: range.count + 1)
    for group in 0..<groups {
      trace[0] = ALIFState.before(range, group: group, groups: groups)
      for row in 0..<range.count {
        let here = GroupStep(range, row: row, group: group, groups: groups)
        trace[row + 1] = trace[row].next(
          neuron, current: Lanes(loading: currents.base + here.offset(in: currents)))
      }
      // Of the membrane through the steps after, and of the adaptation of the step after.
      let after = range.gradientAfter.map { $0 + group * laneCount }
      var later = after.map { Lanes(loading: $0) } ?? .zero
      var adapted = after.map { Lanes(loading: $0 + groups * laneCount) } ?? .zero
      var sum = sumAfter(range, currents, currentGradient + group * laneCount)
      for row in stride(from: range.count - 1, through: 0, by: -1) {
        let here = GroupStep(range, row: row, group: group, groups: groups)
        // The spike reaches the layer after, and the adaptation of the step after.
        let arriving = arrivingGradient(spikeGradient, dropout: dropout, at: here)
          .plus(Lanes(repeating: 1 - neuron.rho), times: adapted)
        let through = surrogateProduct(neuron.surrogate, arriving, at: trace[row + 1].excess(neuron))
        adapted = neuron.rho * adapted - neuron.adaptation * through
        var gradient = later + through
        if let membraneGradient { gradient += Lanes(loading: membraneGradient + here.offset) }
        later = neuron.beta * gradient
        if neuron.resetsToZero {
          later = select(trace[row].excess(neuron).isGreater(than: 0), Lanes.zero, later)
        }
        if currents.isConstant {
          sum += gradient
        } else {
          gradient.store(to: currentGradient + here.offset(in: currents))
        }
      }
      if currents.isConstant { sum.store(to: currentGradient + group * laneCount) }
      if let before = range.gradientBefore.map({ $0 + group * laneCount }) {
        later.store(to: before)
        adapted.store(to: before + groups * laneCount)
      }
    }
  }
}
