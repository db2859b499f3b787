import KernelTypes

// A layer of QLIF neurons as qubits: with noise, with a finite number of shots, with a memory that stays coherent.

extension VectorKernels {
  /// Runs one sample through `groups` vectors of 16 neurons.
  ///   drive, delay   [steps, currentStride], of which groups * 16 count; a stride of 0 is an input constant in
  ///                  time; delay nil: none, where no neuron that is not driven leaves its ground state or fires
  ///   spikes         [steps, spikeStride], one bit per neuron, after dropout, in rows of 64-bit words
  ///   alpha          [steps, groups * 16], what is read, or nil
  ///   memory         qubitForwardMemory(steps:groups:) bytes
  /// Returns the number of spikes before dropout.
  public static func qubitForward(
    _ neuron: QLIFConstants, _ layer: QubitLayer, steps: Int, groups: Int, drive: UnsafePointer<Float>,
    delay: UnsafePointer<Float>?, currentStride: Int, dropout: Dropout?,
    spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int, alpha: UnsafeMutablePointer<Float>?,
    memory: UnsafeMutableRawPointer
  ) -> Int {
    let canList = currentStride == 0 && layer.tableStride == 0 && alpha == nil && dropout == nil
    if layer.idleIsSilent, canList {
      return runDriven(
        neuron, layer, steps: steps, groups: groups, drive: drive, spikes: spikes, spikeStride: spikeStride,
        memory: memory)
    }
    return run(
      neuron, layer, LaneIndices(neurons: groups * laneCount), steps: steps, groups: groups, drive: drive,
      delay: delay, currentStride: currentStride, dropout: dropout, spikes: spikes, spikeStride: spikeStride,
      alpha: alpha)
  }

  /// Neurons that are not driven stay silent: the others are brought together, so that whole groups work. So are
  /// those of a weak drive, whose few counts take longest to draw.
  private static func runDriven(
    _ neuron: QLIFConstants, _ layer: QubitLayer, steps: Int, groups: Int, drive: UnsafePointer<Float>,
    spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int, memory: UnsafeMutableRawPointer
  ) -> Int {
    for step in 0..<steps {
      UnsafeMutableRawPointer(spikes + step * spikeStride)
        .initializeMemory(as: UInt64.self, repeating: 0, count: (groups + 3) / 4)
    }
    let weak = layer.weakDrive(neuron)
    return [(0, weak), (weak, Float.infinity)].reduce(0) { count, range in
      count
        + runDriven(
          neuron, layer, in: range, steps: steps, groups: groups, drive: drive, spikes: spikes,
          spikeStride: spikeStride, memory: memory)
    }
  }

  /// Bytes that `qubitForward` works in.
  public static func qubitForwardMemory(steps: Int, groups: Int) -> Int {
    let neurons = (groups + 1) * laneCount
    return Arena.size(neurons, of: Float.self) + Arena.size(neurons, of: Int32.self)
      + Arena.size(groups / 4 + 1, of: UInt64.self)
      + Arena.size(steps * DrivenQubits.words(groups * laneCount), of: UInt64.self)
  }

  private static func runDriven(
    _ neuron: QLIFConstants, _ layer: QubitLayer, in range: (above: Float, upTo: Float), steps: Int,
    groups: Int, drive: UnsafePointer<Float>, spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int,
    memory: UnsafeMutableRawPointer
  ) -> Int {
    guard range.upTo > range.above else { return 0 }
    let neurons = (groups + 1) * laneCount
    var arena = Arena(memory)
    let values = arena.take(neurons, of: Float.self)
    let numbers = arena.take(neurons, of: Int32.self)
    let driven = DrivenQubits(
      groups: groups, drive: drive, in: range, drive: values, numbers: numbers,
      isDriven: arena.take(groups / 4 + 1, of: UInt64.self))
    let fired = arena.take(steps * driven.words, of: UInt64.self)
    fired.update(repeating: 0, count: steps * driven.words)
    var listed = layer
    listed.units = driven.count
    let count = run(
      neuron, listed, LaneIndices(neurons: groups * laneCount, numbers: numbers), steps: steps,
      groups: driven.groups, drive: values, delay: nil, currentStride: 0, dropout: nil,
      spikes: UnsafeMutableRawPointer(fired).assumingMemoryBound(to: UInt16.self),
      spikeStride: driven.words * 4, alpha: nil)
    for step in 0..<steps {
      driven.spread(fired + step * driven.words, groups: groups, to: spikes + step * spikeStride)
    }
    return count
  }

  private static func run(
    _ neuron: QLIFConstants, _ layer: QubitLayer, _ indices: LaneIndices, steps: Int, groups: Int,
    drive: UnsafePointer<Float>, delay: UnsafePointer<Float>?, currentStride: Int, dropout: Dropout?,
    spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int, alpha: UnsafeMutablePointer<Float>?
  ) -> Int {
    if layer.remembersCounts {
      return runCounted(
        neuron, layer, indices, steps: steps, groups: groups, drive: drive, delay: delay,
        currentStride: currentStride, dropout: dropout, spikes: spikes, spikeStride: spikeStride, alpha: alpha
      )
    }
    return layer.isExact
      ? run(
        neuron, layer, indices, isExact: true, steps: steps, groups: groups, drive: drive, delay: delay,
        currentStride: currentStride, dropout: dropout, spikes: spikes, spikeStride: spikeStride, alpha: alpha
      )
      : run(
        neuron, layer, indices, isExact: false, steps: steps, groups: groups, drive: drive, delay: delay,
        currentStride: currentStride, dropout: dropout, spikes: spikes, spikeStride: spikeStride, alpha: alpha
      )
  }

  /// A step goes through several groups before the next one begins: a neuron waits for its own last step, and the
  /// processor works on its neighbours meanwhile.
  @inline(__always)
  private static func run(
    _ neuron: QLIFConstants, _ layer: QubitLayer, _ indices: LaneIndices, isExact: Bool, steps: Int,
    groups: Int, drive: UnsafePointer<Float>, delay: UnsafePointer<Float>?, currentStride: Int,
    dropout: Dropout?, spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int,
    alpha: UnsafeMutablePointer<Float>?
  ) -> Int {
    var count = 0
    withUnsafeTemporaryAllocation(of: QubitState.self, capacity: qubitTile) { states in
      withUnsafeTemporaryAllocation(of: QubitAction.self, capacity: qubitTile) { actions in
        guard let states = states.baseAddress, let actions = actions.baseAddress else { return }
        for first in stride(from: 0, to: groups, by: qubitTile) {
          states.initialize(repeating: QubitState(), count: qubitTile)
          for step in 0..<steps {
            for slot in 0..<min(qubitTile, groups - first) {
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
              let laneIndices = indices.at(step: step, group: group)
              let odds = layer.measured(stages.odds, laneIndices: laneIndices)
              let reading = layer.read(
                QubitOutcome(last: stages.last, odds: odds), after: before, neuron, group: group,
                laneIndices: laneIndices)
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
let qubitTile = 12
