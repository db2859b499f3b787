import Glibc
import KernelTypes

/// A network being trained, with Adam's state.
package final class Trainer: @unchecked Sendable {
  package let network: Network
  package let configuration: TrainerConfiguration
  /// Updates made so far.
  package internal(set) var stepCount = 0
  var moments: [Moments]
  /// What is wrong with the qubits while it learns.
  package private(set) var noise: NetworkNoise?
  /// Seeds shots, and spikes of neurons that fire by measurement.
  package private(set) var noiseSeed: UInt64 = 0

  /// Adam's running means of one parameter's gradient and of its square.
  struct Moments {
    var mean: Buffer<Float>
    var square: Buffer<Float>
    /// A parameter that never had an effect is left alone, weight decay included.
    var isActive = false
  }

  package init(_ network: Network, _ configuration: TrainerConfiguration) throws(QLIFError) {
    _ = try network.outputs()
    try configuration.validate()
    self.network = network
    self.configuration = configuration
    var moments: [Moments] = []
    for parameter in network.parameters {
      moments.append(
        Moments(
          mean: try Buffer(parameter.count, for: "Adam's mean of \(parameter.name)"),
          square: try Buffer(parameter.count, for: "Adam's square of \(parameter.name)")))
    }
    self.moments = moments
  }

  /// Trains under a noise from now on, with fresh random numbers in every step.
  package func setNoise(_ noise: NetworkNoise?, seed: UInt64) throws(QLIFError) {
    try noise?.validate(for: network)
    self.noise = noise
    noiseSeed = seed
  }

  /// One update from one batch: forward with dropout, backward, clipping, Adam.
  ///
  /// - Throws: beside bad arguments, where the loss or the gradient is not finite; nothing is updated then.
  package func step(_ input: Input, _ target: Target) throws(QLIFError) -> Report {
    guard stepCount < Self.mostSteps else {
      throw .invalid("trainer: \(stepCount) updates are made, expected at most \(Self.mostSteps)")
    }
    let stream = Counter.key(Counter.key(network.seed, Self.dropoutStream), stepCount)
    var report = try network.learn(
      input, target, loss: configuration.loss, readout: configuration.readout, dropoutKey: stream,
      noise: NoiseRun(noise, seed: Counter.key(Counter.key(noiseSeed, Self.noiseStream), stepCount)))
    report.gradientNorm = gradientNorm()
    guard report.loss.isFinite, report.gradientNorm.isFinite else {
      throw .notFinite(
        "training: loss \(report.loss), gradient norm \(report.gradientNorm) at update \(stepCount);"
          + " the learning rate may be too large")
    }
    report.learningRate = configuration.schedule.rate(
      step: stepCount, total: configuration.totalSteps, peak: Double(configuration.learningRate),
      warmup: Double(configuration.warmup))
    stepCount += 1
    update(rate: report.learningRate, norm: report.gradientNorm)
    return report
  }

  /// Away from the streams of the layers' initial weights, which count from 0.
  private static let dropoutStream = -1
  private static let noiseStream = -3

  /// As many as a double counts.
  static let mostSteps = 1 << 53

  /// Values that one task works on.
  private static let chunk = 1 << 16

  /// The chunks of all parameters that have a gradient, in order.
  private func chunks() -> [(index: Int, range: Range<Int>)] {
    network.parameters.enumerated().flatMap { index, parameter in
      stride(from: 0, to: parameter.count, by: Self.chunk).map {
        (index, $0..<min($0 + Self.chunk, parameter.count))
      }
    }
  }

  private func gradientNorm() -> Double {
    let parameters = network.parameters
    let chunks = chunks().filter { parameters[$0.index].hasGradient }
    let squares = UnsafeMutablePointer<Double>.allocate(capacity: chunks.count)
    defer { squares.deallocate() }
    Threads.run(chunks.count) { task in
      let (index, range) = chunks[task]
      squares[task] = kernels.sumOfSquares(
        count: range.count, values: parameters[index].gradient.base + range.lowerBound)
    }
    return (0..<chunks.count).reduce(0) { $0 + squares[$1] }.squareRoot()
  }

  private func update(rate: Double, norm: Double) {
    let parameters = network.parameters
    for index in parameters.indices where parameters[index].hasGradient { moments[index].isActive = true }
    let c = configuration
    let t = Double(stepCount)
    let clip = c.clipNorm > 0 && norm > Double(c.clipNorm) ? Double(c.clipNorm) / norm : 1
    let moments = moments
    let chunks = chunks().filter { moments[$0.index].isActive }
    Threads.run(chunks.count) { task in
      let (index, range) = chunks[task]
      let parameter = parameters[index]
      let constants = AdamConstants(
        beta1: c.beta1, beta2: c.beta2, rate: Float(rate / (1 - pow(Double(c.beta1), t))),
        squareScale: Float(1 / (1 - pow(Double(c.beta2), t)).squareRoot()), epsilon: c.epsilon,
        gradientScale: Float(clip),
        keep: parameter.isBias ? 1 : Float(1 - rate * Double(c.weightDecay)))
      let first = range.lowerBound
      kernels.adamUpdate(
        constants, count: range.count, values: parameter.values.base + first,
        gradient: parameter.gradient.base + first, mean: moments[index].mean.base + first,
        square: moments[index].square.base + first)
    }
  }
}
