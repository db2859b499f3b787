import KernelTypes

private struct LIFState: SteppedNeuron {
  var membrane = Lanes.zero

  @inline(__always)
  init() {}

  @inline(__always)
  init(loading row: UnsafePointer<Float>, stride: Int) { membrane = Lanes(loading: row) }

  @inline(__always)
  func store(to row: UnsafeMutablePointer<Float>, stride: Int) { membrane.store(to: row) }

  @inline(__always)
  func fired(_ neuron: LIFConstants) -> LaneMask { membrane.isGreater(than: neuron.threshold) }

  /// `U' = beta U + I - threshold [fired]`, or `beta U` only where it has not fired and resets to zero.
  @inline(__always)
  func next(_ neuron: LIFConstants, fired: LaneMask, current: Lanes) -> LIFState {
    var next = self
    if neuron.resetsToZero {
      next.membrane = current.plus(
        Lanes(repeating: neuron.beta), times: select(fired, Lanes.zero, membrane))
    } else {
      let leaked = current.plus(Lanes(repeating: neuron.beta), times: membrane)
      next.membrane = leaked - select(fired, Lanes(repeating: neuron.threshold), Lanes.zero)
    }
    return next
  }

  @inline(__always)
  func currentGradient(
    _ neuron: LIFConstants, before: LIFState, later: inout LIFState, arriving: Lanes,
    ofMembrane: UnsafePointer<Float>?
  ) -> Lanes {
    var gradient = later.membrane
    gradient += surrogateProduct(neuron.surrogate, arriving, at: membrane - neuron.threshold)
    if let ofMembrane { gradient += Lanes(loading: ofMembrane) }
    later.membrane = neuron.beta * gradient
    if neuron.resetsToZero { later.membrane = select(before.fired(neuron), Lanes.zero, later.membrane) }
    return gradient
  }
}

extension VectorKernels {
  public static func lifForward(
    _ neuron: LIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int, membrane: UnsafeMutablePointer<Float>?
  ) -> Int {
    LIFState.forward(
      neuron, range, groups: groups, currents: currents, dropout: dropout, spikes: spikes,
      spikeStride: spikeStride, membrane: membrane)
  }

  public static func lifBackwardMemory(steps: Int) -> Int { LIFState.backwardMemory(steps: steps) }

  /// The reset is a constant for the gradient.
  public static func lifBackward(
    _ neuron: LIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikeGradient: UnsafePointer<Float>?, membraneGradient: UnsafePointer<Float>?,
    currentGradient: UnsafeMutablePointer<Float>, memory: UnsafeMutableRawPointer
  ) {
    LIFState.backward(
      neuron, range, groups: groups, currents: currents, dropout: dropout, spikeGradient: spikeGradient,
      membraneGradient: membraneGradient, currentGradient: currentGradient, memory: memory)
  }
}
