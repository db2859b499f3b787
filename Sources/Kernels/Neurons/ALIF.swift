import KernelTypes

/// Of a gradient: that of the membrane, and that of the adaptation of the step after.
private struct ALIFState: SteppedNeuron {
  var membrane = Lanes.zero
  var adaptation = Lanes.zero

  @inline(__always)
  init() {}

  @inline(__always)
  init(loading row: UnsafePointer<Float>, stride: Int) {
    membrane = Lanes(loading: row)
    adaptation = Lanes(loading: row + stride)
  }

  @inline(__always)
  func store(to row: UnsafeMutablePointer<Float>, stride: Int) {
    membrane.store(to: row)
    adaptation.store(to: row + stride)
  }

  /// The membrane less the adapted threshold.
  @inline(__always)
  private func excess(_ neuron: ALIFConstants) -> Lanes { membrane - threshold(neuron) }

  @inline(__always)
  private func threshold(_ neuron: ALIFConstants) -> Lanes {
    Lanes(repeating: neuron.threshold).plus(Lanes(repeating: neuron.adaptation), times: adaptation)
  }

  @inline(__always)
  func fired(_ neuron: ALIFConstants) -> LaneMask { excess(neuron).isGreater(than: 0) }

  @inline(__always)
  func next(_ neuron: ALIFConstants, fired: LaneMask, current: Lanes) -> ALIFState {
    let spike = select(fired, Lanes(repeating: 1 - neuron.rho), Lanes.zero)
    let left = neuron.resetsToZero ? select(fired, Lanes.zero, membrane) : membrane
    var next = self
    next.adaptation = spike.plus(Lanes(repeating: neuron.rho), times: adaptation)
    next.membrane = current.plus(Lanes(repeating: neuron.beta), times: left)
    if !neuron.resetsToZero { next.membrane = next.membrane - select(fired, threshold(neuron), Lanes.zero) }
    return next
  }

  @inline(__always)
  func currentGradient(
    _ neuron: ALIFConstants, before: ALIFState, later: inout ALIFState, arriving: Lanes,
    ofMembrane: UnsafePointer<Float>?
  ) -> Lanes {
    // The spike reaches the layer after, and the adaptation of the step after.
    let ofSpike = arriving.plus(Lanes(repeating: 1 - neuron.rho), times: later.adaptation)
    let through = surrogateProduct(neuron.surrogate, ofSpike, at: excess(neuron))
    later.adaptation = neuron.rho * later.adaptation - neuron.adaptation * through
    var gradient = later.membrane + through
    if let ofMembrane { gradient += Lanes(loading: ofMembrane) }
    later.membrane = neuron.beta * gradient
    if neuron.resetsToZero { later.membrane = select(before.fired(neuron), Lanes.zero, later.membrane) }
    return gradient
  }
}

extension VectorKernels {
  public static func alifForward(
    _ neuron: ALIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikes: UnsafeMutablePointer<UInt16>, spikeStride: Int, membrane: UnsafeMutablePointer<Float>?
  ) -> Int {
    ALIFState.forward(
      neuron, range, groups: groups, currents: currents, dropout: dropout, spikes: spikes,
      spikeStride: spikeStride, membrane: membrane)
  }

  public static func alifBackwardMemory(steps: Int) -> Int { ALIFState.backwardMemory(steps: steps) }

  /// The reset is a constant for the gradient, the adaptation is not.
  public static func alifBackward(
    _ neuron: ALIFConstants, _ range: StepRange, groups: Int, currents: Currents, dropout: Dropout?,
    spikeGradient: UnsafePointer<Float>?, membraneGradient: UnsafePointer<Float>?,
    currentGradient: UnsafeMutablePointer<Float>, memory: UnsafeMutableRawPointer
  ) {
    ALIFState.backward(
      neuron, range, groups: groups, currents: currents, dropout: dropout, spikeGradient: spikeGradient,
      membraneGradient: membraneGradient, currentGradient: currentGradient, memory: memory)
  }
}
