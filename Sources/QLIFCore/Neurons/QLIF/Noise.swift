/// What is wrong with the qubits of a layer, and how often each is measured in a step.
package struct LayerNoise: Codable, Equatable, Sendable {
  /// One for all neurons, or one for each, in the order of the layer's shape.
  package var qubits: [QubitNoise]
  /// nil: infinitely many.
  package var shots: Int?

  package init(qubits: [QubitNoise] = [QubitNoise()], shots: Int? = nil) {
    self.qubits = qubits
    self.shots = shots
  }

  /// The largest number of shots: what the device's own counters hold.
  package static let mostShots = Int(Int32.max)

  var isPerfect: Bool { shots == nil && qubits.allSatisfy { $0 == QubitNoise() } }

  func validate(_ name: String) throws(QLIFError) {
    if let shots, !(1...Self.mostShots).contains(shots) {
      throw .invalid("\(name): shots: \(shots), expected 1 to \(Self.mostShots)")
    }
    for (index, qubit) in qubits.enumerated() {
      do { try qubit.validate() } catch {
        throw QLIFError(error.kind, "\(name)\(qubits.count > 1 ? ".qubits[\(index)]" : ""): \(error.message)")
      }
    }
  }
}

/// The noise of a network.
package enum NetworkNoise: Codable, Equatable, Sendable {
  /// The same for all its neurons.
  case common(LayerNoise)
  /// One for each layer; nil: perfect qubits, or none.
  case layers([LayerNoise?])

  /// - Throws: where a pass of the network would refuse it.
  func validate(for network: Network) throws(QLIFError) { _ = try Self.populations(of: network, noise: self) }

  /// The neurons of each layer of `network` under a noise, ready to run; nil for a layer without neurons.
  static func populations(of network: Network, noise: NetworkNoise?) throws(QLIFError) -> [(any Population)?]
  {
    if noise == nil, let known = network.populationsWithoutNoise { return known }
    let noises = try noise?.each(of: network)
    var populations: [(any Population)?] = []
    for layer in network.layers {
      let noise = noises?[layer.index]
      guard let neuron = layer.neuron else {
        guard noise == nil else {
          throw .invalid("noise of layer \(layer.index): it has no neurons, so no qubits: expected none")
        }
        populations.append(nil)
        continue
      }
      populations.append(try neuron.population(of: layer.shape, noise: noise, steps: network.steps))
    }
    if noise == nil { network.populationsWithoutNoise = populations }
    return populations
  }

  /// The noise of each layer of `network`.
  private func each(of network: Network) throws(QLIFError) -> [LayerNoise?] {
    switch self {
    case .common(let noise):
      // A pooling has no qubits; a LIF neuron has none either, but who asks for its noise is mistaken.
      return network.layers.map { $0.neuron == nil ? nil : noise }
    case .layers(let layers):
      guard layers.count == network.layers.count else {
        throw .shape(
          "noise: \(layers.count) entries, expected one for each of \(network.layers.count) layers")
      }
      return layers
    }
  }
}

/// The noise of a pass, and where its random numbers come from.
///
/// What a neuron draws at a step is a pure function of the seed, the sample's number, its layer, itself and the step.
package struct NoiseRun: Sendable {
  package var noise: NetworkNoise?
  package var seed: UInt64
  /// The number of the batch's first sample.
  package var firstSample: Int

  package init(_ noise: NetworkNoise? = nil, seed: UInt64 = 0, firstSample: Int = 0) {
    self.noise = noise
    self.seed = seed
    self.firstSample = firstSample
  }

  /// Away from the streams of initial weights, which count from 0, and of dropout, -1.
  private static let stream = -2

  func key(layer: Int, sample: Int) -> UInt64 {
    Counter.key(Counter.key(Counter.key(seed, Self.stream), layer), firstSample &+ sample)
  }
}
