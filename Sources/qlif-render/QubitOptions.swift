import ArgumentParser
import QLIFCore

extension QLIF.Memory: ExpressibleByArgument {}
extension QubitCircuit.LeakForm: ExpressibleByArgument {}
extension QubitCircuit.DelayClock: ExpressibleByArgument {}

/// How a neuron is run on a qubit.
struct CircuitOptions: ParsableArguments {
  @Option(help: "Whether a leak waits or is a rotation back. Default: delay; of the published rule rotation.")
  var leak: QubitCircuit.LeakForm?

  @Option(
    help:
      "A delay lasts as many T1 of the qubit as of the neuron (relative), or delay-scale times the delay (absolute)."
  )
  var clock: QubitCircuit.DelayClock = .relative

  @Option(
    help: ArgumentHelp("The qubit's relaxation time, microseconds. Default: the neuron's.", valueName: "us"))
  var qubitT1: Double?

  /// Whether anything is away from its default.
  var isGiven: Bool { leak != nil || clock != .relative || qubitT1 != nil }

  /// The neuron on a qubit with this noise.
  func qubit(
    _ neuron: QLIF, _ noise: QubitNoise, memory: QLIF.Memory? = nil
  ) throws -> QubitCircuit {
    var neuron = neuron
    neuron.memory = memory ?? neuron.memory
    var settings = QubitCircuit.Settings()
    settings.leakForm = leak
    settings.clock = clock
    return try QubitCircuit(neuron, noise, settings)
  }
}

/// What is wrong with a qubit beside its T1.
struct NoiseOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The qubit's coherence time, microseconds. Default: twice its T1.", valueName: "us"))
  var qubitT2: Double?

  @Option(help: ArgumentHelp("The qubit's excited population at rest.", valueName: "p"))
  var excitedPopulation: Double?

  @Option(help: ArgumentHelp("Microseconds that a rotation takes.", valueName: "us"))
  var gateTime: Double?

  @Option(
    help: ArgumentHelp("Relative error of every rotation: 0.01 is one per cent too far.", valueName: "share"))
  var overRotation: Double = 0

  @Option(help: ArgumentHelp("Probability that a rotation leaves the fully mixed state.", valueName: "p"))
  var depolarizing: Double = 0

  @Option(help: ArgumentHelp("Probability of reading 1 in the state 0.", valueName: "p"))
  var p01: Double = 0

  @Option(help: ArgumentHelp("Probability of reading 0 in the state 1.", valueName: "p"))
  var p10: Double = 0

  /// Whether anything is away from its default.
  var isGiven: Bool {
    qubitT2 != nil || excitedPopulation != nil || gateTime != nil
      || [overRotation, depolarizing, p01, p10].contains { $0 != 0 }
  }

  /// The noise of the qubit of a neuron; `t1` is the qubit's own, where it is given.
  func noise(of neuron: QLIF, t1: Double?) -> QubitNoise {
    var noise = QubitNoise()
    if t1 != nil || qubitT2 != nil || excitedPopulation != nil || gateTime != nil {
      let t1 = t1 ?? Double(neuron.t1)
      noise.relaxation = Relaxation(
        t1: t1, t2: qubitT2 ?? 2 * t1, excitedPopulation: excitedPopulation ?? 0)
    }
    noise.gateTime = gateTime ?? 0
    noise.overRotation = overRotation
    noise.depolarizing = depolarizing
    noise.p01 = p01
    noise.p10 = p10
    return noise
  }
}
