import KernelTypes

// A layer of QLIF neurons as qubits: with noise, with a finite number of shots, with a memory that stays coherent.

extension VectorKernels {
  /// Runs one sample through `groups` vectors of 16 neurons.
  ///   currents   drive and delay, or drive alone, where no neuron that is not driven leaves its ground state or fires
  ///   spikes     [steps, spikeStride], one bit per neuron, after dropout, in rows of 64-bit words
  ///   alpha      [steps, groups * 16], what is read, or nil
  ///   memory     qubitForwardMemory(steps:groups:) bytes
  /// Returns the number of spikes before dropout.
  public static func qubitForward(
    _ neuron: QLIFConstants, _ layer: QubitLayer, _ range: StepRange, groups: Int, currents: Currents,
    dropout: Dropout?, spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int,
    alpha: UnsafeMutablePointer<Float>?, memory: UnsafeMutableRawPointer
  ) -> Int {
    let run = QubitRun(
      neuron: neuron, layer: layer, indices: LaneIndices(neurons: groups * laneCount), range: range,
      groups: groups, currents: currents, dropout: dropout, spikes: spikes, spikeStride: spikeStride,
      alpha: alpha)
    let isFromRestToRest = range.stateBefore == nil && range.stateAfter == nil
    let canList = currents.isConstant && layer.tableStride == 0 && alpha == nil && dropout == nil
    return layer.idleIsSilent && canList && isFromRestToRest ? run.driven(memory) : run.all()
  }

  /// Bytes that `qubitForward` works in.
  public static func qubitForwardMemory(steps: Int, groups: Int) -> Int {
    let neurons = (groups + 1) * laneCount
    return Arena.size(neurons, of: Float.self) + Arena.size(neurons, of: Int32.self)
      + Arena.size(groups / 4 + 1, of: UInt64.self)
      + Arena.size(steps * DrivenQubits.words(groups * laneCount), of: UInt64.self)
  }
}

/// The arguments of `qubitForward`.
struct QubitRun {
  var neuron: QLIFConstants
  var layer: QubitLayer
  var indices: LaneIndices
  var range: StepRange
  var groups: Int
  var currents: Currents
  var dropout: Dropout?
  var spikes: UnsafeMutablePointer<UInt16>
  var spikeStride: Int
  var alpha: UnsafeMutablePointer<Float>?

  /// Neurons that are not driven stay silent: the others are brought together, so that whole groups work. So are
  /// those of a weak drive, whose few counts take longest to draw.
  func driven(_ memory: UnsafeMutableRawPointer) -> Int {
    for row in 0..<range.count {
      UnsafeMutableRawPointer(spikes + row * spikeStride)
        .initializeMemory(as: UInt64.self, repeating: 0, count: (groups + 3) / 4)
    }
    let weak = layer.weakDrive(neuron)
    return driven(above: 0, upTo: weak, memory) + driven(above: weak, upTo: .infinity, memory)
  }

  private func driven(above: Float, upTo: Float, _ memory: UnsafeMutableRawPointer) -> Int {
    guard upTo > above else { return 0 }
    let neurons = (groups + 1) * laneCount
    var arena = Arena(memory)
    let values = arena.take(neurons, of: Float.self)
    let numbers = arena.take(neurons, of: Int32.self)
    let driven = DrivenQubits(
      groups: groups, drive: currents.base, in: (above, upTo), drive: values, numbers: numbers,
      isDriven: arena.take(groups / 4 + 1, of: UInt64.self))
    let fired = arena.take(range.count * driven.words, of: UInt64.self)
    fired.update(repeating: 0, count: range.count * driven.words)
    var listed = self
    listed.layer.units = driven.count
    listed.indices.numbers = UnsafePointer(numbers)
    listed.groups = driven.groups
    listed.currents = Currents(base: values, stride: 0, offset: 0, count: 1)
    listed.spikes = UnsafeMutableRawPointer(fired).assumingMemoryBound(to: UInt16.self)
    listed.spikeStride = driven.words * 4
    let count = listed.all()
    for row in 0..<range.count {
      driven.spread(fired + row * driven.words, groups: groups, to: spikes + row * spikeStride)
    }
    return count
  }

  func all() -> Int {
    if layer.remembersCounts { return counted() }
    return layer.isExact ? all(isExact: true) : all(isExact: false)
  }

  /// A step goes through several groups before the next one begins: a neuron waits for its own last step, and the
  /// processor works on its neighbours meanwhile.
  @inline(__always)
  private func all(isExact: Bool) -> Int {
    var count = 0
    withUnsafeTemporaryAllocation(of: QubitState.self, capacity: qubitTile) { states in
      withUnsafeTemporaryAllocation(of: QubitAction.self, capacity: qubitTile) { actions in
        guard let states = states.baseAddress, let actions = actions.baseAddress else { return }
        for first in stride(from: 0, to: groups, by: qubitTile) {
          let slots = min(qubitTile, groups - first)
          for slot in 0..<slots {
            states[slot] = QubitState(before: range, group: first + slot, groups: groups)
          }
          for row in 0..<range.count {
            for slot in 0..<slots {
              let here = GroupStep(range, row: row, group: first + slot, groups: groups)
              let constants = layer.constants(of: here.group)
              if row == 0 || !currents.isConstant {
                let current = here.offset(in: currents)
                actions[slot] = QubitAction(
                  neuron, layer, constants, drive: Lanes(loading: currents.base + current),
                  delay: currents.second(at: current))
              }
              let before = states[slot]
              let stages = QubitStages(layer, constants, before.qubit, actions[slot], isExact: isExact)
              let laneIndices = indices.at(step: here.step, group: here.group)
              let odds = layer.measured(stages.odds, laneIndices: laneIndices)
              let reading = layer.read(
                QubitOutcome(last: stages.last, odds: odds), after: before, neuron, group: here.group,
                laneIndices: laneIndices)
              states[slot] = reading.state
              count += emit(
                reading.state.fired, dropout: dropout, at: here, to: spikes, stride: spikeStride)
              if let alpha { reading.alpha.store(to: alpha + here.offset) }
            }
          }
          for slot in 0..<slots { states[slot].store(after: range, group: first + slot, groups: groups) }
        }
      }
    }
    return count
  }
}

/// Groups whose step is computed before the next one begins: enough of them for the processor, and few enough for its
/// nearest cache.
let qubitTile = 12
