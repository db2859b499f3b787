import Glibc
import KernelTypes

/// A layer of QLIF neurons as qubits: with noise, a finite number of shots, a coherent memory or firing by measurement.
final class QubitPopulation: Population, @unchecked Sendable {
  /// Whether a neuron that is not driven leaves its ground state, and so has something to leak.
  let leavesGround: Bool
  /// Of an input constant in time: whether a neuron that is not driven never fires, whatever it leaks.
  let idleIsSilent: Bool

  private let neuron: QLIF
  private let units: Int
  private let shots: Int
  private let overRotates: Bool
  private let table: Buffer<Float>
  private let stride: Int

  /// - Throws: where the noise is not of one neuron or of as many as the layer has.
  init(_ neuron: QLIF, _ noise: LayerNoise, layer: LayerShape, steps: Int) throws(QLIFError) {
    guard [1, layer.units].contains(noise.qubits.count) else {
      throw .shape(
        "noise of layer \(layer.index): values for \(noise.qubits.count) neurons, expected one or"
          + " \(layer.units)")
    }
    try noise.validate("noise of layer \(layer.index)")
    self.neuron = neuron
    units = layer.units
    shots = noise.shots ?? 0
    overRotates = noise.qubits.contains { $0.overRotation != 0 }
    leavesGround = noise.qubits.contains {
      $0.depolarizing > 0 || $0.p01 > 0 || ($0.relaxation?.excitedPopulation ?? 0) > 0
    }
    idleIsSilent =
      !leavesGround
      || SilenceBound(neuron, noise).staysBelow(Double(neuron.threshold), steps: steps, shots: shots)
    let isCommon = noise.qubits.count == 1
    stride = isCommon ? 0 : QubitLayer.blockSize
    let groups = isCommon ? 1 : layer.groups
    table = try Buffer(groups * QubitLayer.blockSize, for: "noise of layer \(layer.index)")
    // Lanes beyond the last neuron are perfect ones.
    for unit in (isCommon ? 0 : units)..<groups * 16 {
      write(isCommon ? noise.qubits[0] : QubitNoise(), unit: unit)
    }
    if !isCommon { layer.forEachNeuron { unit, place in write(noise.qubits[place], unit: unit) } }
  }

  /// What the kernels read, for a sample whose random numbers come from the stream `key`.
  private func qubits(_ key: UInt64) -> QubitLayer {
    QubitLayer(
      memory: neuron.memory == .coherent ? .coherent : .reprepare,
      firing: neuron.firing == .measurement ? .measurement : .threshold, leak: leak,
      overRotates: overRotates, idleIsSilent: idleIsSilent, shots: shots, table: table.base,
      tableStride: stride, units: units, key: key)
  }

  var stateWidth: Int { QubitLayer.stateWidth }

  func currentsOfConstantInput(ofSpikesAlone: Bool) -> Int {
    let leakMatters = leavesGround && !(ofSpikesAlone && idleIsSilent)
    return leakMatters ? QLIF.parameterPrefixes.count : 1
  }

  func forward(
    _ currents: Currents, _ run: NeuronRun, spikes: UnsafeMutablePointer<UInt16>, membrane: MutableFloats?
  ) -> Int {
    kernels.qubitForward(
      neuron.kernelConstants, qubits(run.randomKey), run.range, groups: run.groups, currents: currents,
      dropout: run.dropout, spikes: spikes, spikeStride: run.spikeStride, alpha: membrane,
      memory: run.scratch)
  }

  func backward(
    _ currents: Currents, _ run: NeuronRun, spikeGradient: Floats?, membraneGradient: Floats?,
    currentGradient: MutableFloats
  ) {
    kernels.qubitBackward(
      neuron.kernelConstants, qubits(run.randomKey), run.range, groups: run.groups, currents: currents,
      dropout: run.dropout, spikeGradient: spikeGradient, alphaGradient: membraneGradient,
      currentGradient: currentGradient, memory: run.scratch)
  }

  private var leak: QubitLayer.Leak {
    switch neuron.leak {
    case .relaxation: .delay
    case .rotation: .rotation
    case .published: .published
    }
  }

  /// The constants of one qubit; what they mean stands at `QubitLayer.Field`.
  private func write(_ noise: QubitNoise, unit: Int) {
    let block = table.base + (unit / 16) * QubitLayer.blockSize + unit % 16
    func set(_ field: QubitLayer.Field, _ value: Double) { block[field.rawValue * 16] = Float(value) }

    let relaxation = noise.relaxation ?? Relaxation(t1: Double(neuron.t1))
    let rest = relaxation.excitedPopulation
    let dephasing = relaxation.t1 / relaxation.t2
    set(.overRotation, noise.overRotation)
    set(.dephasing, dephasing)
    set(.rest, rest)
    set(.p01, noise.p01)
    set(.p10, noise.p10)
    set(.p11, 1 - noise.p10)
    set(.p00, 1 - noise.p01)

    // Depolarizing by 1 - k, then relaxation for `time` times T1.
    let time = noise.gateTime / relaxation.t1
    let k = 1 - noise.depolarizing
    let left = exp(-time)
    let lost = -expm1(-time)
    let coherent = exp(-time * dephasing)
    set(.coherence, coherent * k)
    set(.population, left * k)
    set(.toOne, left * (1 - k) / 2 + lost * rest)
    set(.toZero, left * (1 - k) / 2 + lost * (1 - rest))

    // a' b' - q'^2 after the two, with what cancels left out: see `Channel`.
    let (same, other) = ((1 + k) / 2, (1 - k) / 2)
    let dephased = left * -expm1(-time * max(0, 2 * dephasing - 1))
    let (fromOne, fromZero) = (left * lost * (1 - rest), left * lost * rest)
    let mixed = lost * lost * rest * (1 - rest) + coherent * coherent * (1 - k * k) / 4
    set(.purity, coherent * coherent * k * k)
    set(
      .impurityOne, dephased * same * other + fromOne * same * same + fromZero * other * other + mixed)
    set(
      .impurityZero, dephased * same * other + fromOne * other * other + fromZero * same * same + mixed)
    set(
      .impurityBoth,
      dephased * (same * same + other * other) + 2 * (fromOne + fromZero) * same * other + 2 * mixed)
  }
}
