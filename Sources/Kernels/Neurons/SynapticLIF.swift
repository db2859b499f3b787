import KernelTypes

private struct SynapticLIFState: SteppedNeuron {
  var membrane = Lanes.zero
  var synapse = Lanes.zero

  @inline(__always)
  init() {}

  @inline(__always)
  init(loading row: UnsafePointer<Float>, stride: Int) {
    membrane = Lanes(loading: row)
    synapse = Lanes(loading: row + stride)
  }

  @inline(__always)
  func store(to row: UnsafeMutablePointer<Float>, stride: Int) {
    membrane.store(to: row)
    synapse.store(to: row + stride)
  }

  @inline(__always)
  func fired(_ neuron: SynapticLIFConstants) -> LaneMask { membrane.isGreater(than: neuron.threshold) }

  @inline(__always)
  func next(_ neuron: SynapticLIFConstants, fired: LaneMask, current: Lanes) -> SynapticLIFState {
    var next = self
    next.synapse = current.plus(Lanes(repeating: neuron.alpha), times: synapse)
    let moved = next.synapse.plus(Lanes(repeating: neuron.beta), times: membrane)
    next.membrane =
      neuron.resetsToZero
      ? select(fired, Lanes.zero, moved)
      : moved - select(fired, Lanes(repeating: neuron.threshold), Lanes.zero)
    return next
  }

  @inline(__always)
  func currentGradient(
    _ neuron: SynapticLIFConstants, before: SynapticLIFState, later: inout SynapticLIFState,
    arriving: Lanes, ofMembrane: UnsafePointer<Float>?
  ) -> Lanes {
    var gradient = later.membrane
    gradient += surrogateProduct(neuron.surrogate, arriving, at: membrane - neuron.threshold)
    if let ofMembrane { gradient += Lanes(loading: ofMembrane) }
    if neuron.resetsToZero { gradient = select(before.fired(neuron), Lanes.zero, gradient) }
    let ofCurrent = later.synapse + gradient
    later.membrane = neuron.beta * gradient
    later.synapse = neuron.alpha * ofCurrent
    return ofCurrent
  }
}

extension VectorKernels {
  public static func synapticForward(
    _ neuron: SynapticLIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int, membrane: UnsafeMutablePointer<Float>?
  ) -> Int {
    SynapticLIFState.forward(
      neuron, range, groups: groups, currents: currents, dropout: dropout, spikes: spikes,
      spikeStride: spikeStride, membrane: membrane)
  }

  public static func synapticBackwardMemory(steps: Int) -> Int {
    SynapticLIFState.backwardMemory(steps: steps)
  }

  /// The reset is a constant for the gradient.
  public static func synapticBackward(
    _ neuron: SynapticLIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikeGradient: UnsafePointer<Float>?, membraneGradient: UnsafePointer<Float>?,
    currentGradient: UnsafeMutablePointer<Float>, memory: UnsafeMutableRawPointer
  ) {
    SynapticLIFState.backward(
      neuron, range, groups: groups, currents: currents, dropout: dropout, spikeGradient: spikeGradient,
      membraneGradient: membraneGradient, currentGradient: currentGradient, memory: memory)
  }
}
