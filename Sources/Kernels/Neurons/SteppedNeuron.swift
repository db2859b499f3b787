import KernelTypes

/// 16 neurons of one current, side by side, after a step: what a step makes of them, and its gradient. The loops over
/// neurons and steps are the same for every kind.
protocol SteppedNeuron: BitwiseCopyable {
  associatedtype Constants

  /// At rest, and a gradient where nothing arrives: all numbers are 0.
  init()
  /// A row of a `StepRange`'s state, or of its gradient; the rows lie `stride` apart.
  init(loading row: UnsafePointer<Float>, stride: Int)
  func store(to row: UnsafeMutablePointer<Float>, stride: Int)

  var membrane: Lanes { get }
  func fired(_ neuron: Constants) -> LaneMask
  /// After one step more. `fired`: which of them fired, so that the loop compares once.
  func next(_ neuron: Constants, fired: LaneMask, current: Lanes) -> Self

  /// The gradient of the current of a step.
  ///   before, self   the neurons before and after the step
  ///   later          the gradient through the steps after; replaced by that through this step and those
  ///   arriving       the gradient of the spikes, after dropout
  ///   ofMembrane     the gradient of the membranes; nil: none arrives
  func currentGradient(
    _ neuron: Constants, before: Self, later: inout Self, arriving: Lanes, ofMembrane: UnsafePointer<Float>?
  ) -> Lanes
}

extension SteppedNeuron {
  /// The state before a range of steps, or the gradient of that after it.
  @inline(__always)
  private static func loaded(_ rows: UnsafePointer<Float>?, group: Int, groups: Int) -> Self {
    rows.map { Self(loading: $0 + group * laneCount, stride: groups * laneCount) } ?? Self()
  }

  @inline(__always)
  private func stored(in rows: UnsafeMutablePointer<Float>?, group: Int, groups: Int) {
    if let rows { store(to: rows + group * laneCount, stride: groups * laneCount) }
  }

  /// Runs one sample through `groups` vectors of 16 neurons.
  ///   currents   one
  ///   spikes     [steps, spikeStride], one bit per neuron, after dropout
  ///   membrane   [steps, groups * 16], or nil
  /// Returns the number of spikes before dropout.
  @inline(__always)
  static func forward(
    _ neuron: Constants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int, membrane: UnsafeMutablePointer<Float>?
  ) -> Int {
    var count = 0
    for group in 0..<groups {
      var state = loaded(range.stateBefore, group: group, groups: groups)
      var fired = state.fired(neuron)
      for row in 0..<range.count {
        let here = GroupStep(range, row: row, group: group, groups: groups)
        let input = Lanes(loading: currents.base + here.offset(in: currents))
        state = state.next(neuron, fired: fired, current: input)
        fired = state.fired(neuron)
        count += emit(fired, dropout: dropout, at: here, to: spikes, stride: spikeStride)
        if let membrane { state.membrane.store(to: membrane + here.offset) }
      }
      state.stored(in: range.stateAfter, group: group, groups: groups)
    }
    return count
  }

  /// Bytes that `backward` works in.
  static func backwardMemory(steps: Int) -> Int { (steps + 1) * MemoryLayout<Self>.stride }

  /// The gradient of the current; states are computed again.
  ///   spikeGradient, membraneGradient   [steps, groups * 16], or nil: see QLIF
  ///   currentGradient                   [steps, currents.stride], written; [groups * 16] of a constant input
  ///   memory                            backwardMemory(steps:) bytes
  @inline(__always)
  static func backward(
    _ neuron: Constants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikeGradient: UnsafePointer<Float>?, membraneGradient: UnsafePointer<Float>?,
    currentGradient: UnsafeMutablePointer<Float>, memory: UnsafeMutableRawPointer
  ) {
    // The states before each step and after the last one.
    let trace = memory.bindMemory(to: Self.self, capacity: range.count + 1)
    for group in 0..<groups {
      var state = loaded(range.stateBefore, group: group, groups: groups)
      trace[0] = state
      for row in 0..<range.count {
        let here = GroupStep(range, row: row, group: group, groups: groups)
        let input = Lanes(loading: currents.base + here.offset(in: currents))
        state = state.next(neuron, fired: state.fired(neuron), current: input)
        trace[row + 1] = state
      }
      var later = loaded(range.gradientAfter, group: group, groups: groups)
      var sum = sumAfter(range, currents, currentGradient + group * laneCount)
      for row in stride(from: range.count - 1, through: 0, by: -1) {
        let here = GroupStep(range, row: row, group: group, groups: groups)
        let arriving = arrivingGradient(spikeGradient, dropout: dropout, at: here)
        let gradient = trace[row + 1].currentGradient(
          neuron, before: trace[row], later: &later, arriving: arriving,
          ofMembrane: membraneGradient.map { $0 + here.offset })
        if currents.isConstant {
          sum += gradient
        } else {
          gradient.store(to: currentGradient + here.offset(in: currents))
        }
      }
      if currents.isConstant { sum.store(to: currentGradient + group * laneCount) }
      later.stored(in: range.gradientBefore, group: group, groups: groups)
    }
  }
}
