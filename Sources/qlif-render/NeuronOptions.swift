import ArgumentParser
import QLIFCore

extension QLIF.Leak: ExpressibleByArgument {}
extension QLIF.DriveBound: ExpressibleByArgument {}

/// A neuron's constants, where no model gives them. The defaults are the engine's.
struct NeuronOptions: ParsableArguments {
  @Option(help: "Population above which the neuron fires, in (0, 1).")
  var threshold: Float?

  @Option(help: ArgumentHelp("The neuron's relaxation time, microseconds.", valueName: "us"))
  var t1: Float?

  @Option(help: "Radians of rotation per unit of drive.")
  var driveScale: Float?

  @Option(help: "Microseconds of waiting per unit of delay.")
  var delayScale: Float?

  @Option(help: "Whether the drive's rotation is bounded.")
  var driveBound: QLIF.DriveBound?

  @Option(
    help:
      "How a neuron leaks: by waiting (relaxation, the paper's words), as much by turning back (rotation), or as in the published code."
  )
  var leakRule: QLIF.Leak?

  @Flag(inversion: .prefixedNo, help: "Whether the reset after a spike takes a step of its own.")
  var refractory: Bool?

  /// Whether a constant is given.
  var isGiven: Bool {
    threshold != nil || t1 != nil || driveScale != nil || delayScale != nil || driveBound != nil
      || leakRule != nil || refractory != nil
  }

  /// The neuron; its values are checked where it is used.
  var neuron: QLIF {
    var neuron = QLIF()
    neuron.threshold = threshold ?? neuron.threshold
    neuron.t1 = t1 ?? neuron.t1
    neuron.driveScale = driveScale ?? neuron.driveScale
    neuron.delayScale = delayScale ?? neuron.delayScale
    neuron.driveBound = driveBound ?? neuron.driveBound
    neuron.leak = leakRule ?? neuron.leak
    neuron.isRefractory = refractory ?? neuron.isRefractory
    return neuron
  }
}
