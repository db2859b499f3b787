import KernelTypes

// A layer of QLIF neurons as qubits: with noise, with a finite number of shots, with a memory that stays coherent.

extension VectorKernels {
  /// Runs one sample through `groups` times sixteen neurons.
  ///   drive, delay   [steps, currentStride], of which groups * 16 count; a stride of 0 is an input constant in
  ///                  time; delay nil: none, where no neuron that is not driven leaves its ground state
  ///   spikes         [steps, spikeStride], one bit per neuron, after dropout
  ///   alpha          [steps, groups * 16], what is read, or nil
  /// Returns the number of spikes before dropout.
  ///
  /// A step goes through several groups before the next one begins: a neuron waits for its own last step, and the
  /// processor works on its neighbours meanwhile.
  public static func qubitForward(
    _ neuron: QLIFConstants, _ layer: QubitLayer, steps: Int, groups: Int, drive: UnsafePointer<Float>,
    delay: UnsafePointer<Float>?, currentStride: Int, dropout: Dropout?,
    spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int, alpha: UnsafeMutablePointer<Float>?
  ) -> Int {
    layer.isExact
      ? run(
        neuron, layer, isExact: true, steps: steps, groups: groups, drive: drive, delay: delay,
        currentStride: currentStride, dropout: dropout, spikes: spikes, spikeStride: spikeStride, alpha: alpha
      )
      : run(
        neuron, layer, isExact: false, steps: steps, groups: groups, drive: drive, delay: delay,
        currentStride: currentStride, dropout: dropout, spikes: spikes, spikeStride: spikeStride, alpha: alpha
      )
  }

  @inline(__always)
  private static func run(
    _ neuron: QLIFConstants, _ layer: QubitLayer, isExact: Bool, steps: Int, groups: Int,
    drive: UnsafePointer<Float>, delay: UnsafePointer<Float>?, currentStride: Int, dropout: Dropout?,
    spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int, alpha: UnsafeMutablePointer<Float>?
  ) -> Int {
    var count = 0
    withUnsafeTemporaryAllocation(of: QubitState.self, capacity: tile) { states in
      withUnsafeTemporaryAllocation(of: QubitAction.self, capacity: tile) { actions in
        guard let states = states.baseAddress, let actions = actions.baseAddress else { return }
        for first in stride(from: 0, to: groups, by: tile) {
          states.initialize(repeating: QubitState(), count: tile)
          for step in 0..<steps {
            for slot in 0..<min(tile, groups - first) {
              let group = first + slot
              let constants = layer.constants(of: group)
              if step == 0 || currentStride != 0 {
                let current = step * currentStride + group * laneCount
                actions[slot] = QubitAction(
                  neuron, layer, constants, drive: Lanes(loading: drive + current),
                  delay: delay.map { Lanes(loading: $0 + current) } ?? Lanes.zero)
              }
              let before = states[slot]
              let stages = QubitStages(layer, constants, before.qubit, actions[slot], isExact: isExact)
              let odds = layer.measured(stages.odds, step: step, group: group, groups: groups)
              let reading = layer.read(
                QubitOutcome(last: stages.last, odds: odds), after: before, neuron, step: step, group: group,
                groups: groups)
              states[slot] = reading.state
              count += emit(
                reading.state.fired, dropout: dropout, step: step, group: group, groups: groups, to: spikes,
                stride: spikeStride)
              if let alpha { reading.alpha.store(to: alpha + (step * groups + group) * laneCount) }
            }
          }
        }
      }
    }
    return count
  }
}

/// Groups whose step is computed before the next one begins: enough of them for the processor, and few enough for its
/// nearest cache.
private let tile = 12
