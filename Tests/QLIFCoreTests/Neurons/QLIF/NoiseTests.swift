import Testing

@testable import QLIFCore

/// Noise in the engine against the neuron on a qubit in double precision, which Qiskit Aer is compared with.
@Suite struct NoiseTests {
  static let steps = 200

  /// One neuron whose two inputs are its currents.
  private func network(_ neuron: QLIF) throws -> Network {
    let network = try Network.dense([2, 1], neuron, steps: Self.steps)
    for (parameter, values) in zip(network.parameters, [[1, 0], [0, 1], [0], [0]] as [[Float]]) {
      for (index, value) in values.enumerated() { parameter.values.base[index] = value }
    }
    return network
  }

  private func alpha(_ network: Network, _ values: [Float], _ noise: NoiseRun) throws -> [Float] {
    var alpha = [Float](repeating: 0, count: Self.steps)
    try values.withUnsafeBufferPointer { values in
      let input = try Input(
        values.baseAddress, count: values.count, batch: 1, steps: Self.steps, for: network)
      try alpha.withUnsafeMutableBufferPointer { alpha in
        try network.simulate(input, into: [RecordTarget(membrane: alpha.baseAddress)], noise: noise)
      }
    }
    return alpha
  }

  private var noise: QubitNoise {
    var noise = QubitNoise()
    noise.overRotation = 0.02
    noise.depolarizing = 0.004
    noise.relaxation = Relaxation(t1: 120, t2: 90, excitedPopulation: 0.02)
    noise.gateTime = 0.1
    noise.p01 = 0.01
    noise.p10 = 0.03
    return noise
  }

  @Test(arguments: QLIF.Memory.allCases, QLIF.Leak.allCases)
  func equalsTheQubit(_ memory: QLIF.Memory, _ leak: QLIF.Leak) throws {
    var neuron = QLIF()
    neuron.memory = memory
    neuron.leak = leak
    neuron.threshold = 0.999  // out of reach of this noise, so that no comparison hangs on rounding
    let values = (0..<2 * Self.steps).map { 2 * Counter.uniform(7, $0) - 1 }
    let found = try alpha(
      network(neuron), values, NoiseRun(.common(LayerNoise(qubits: [noise]))))
    let qubit = try QubitCircuit(neuron, noise)
    var state = QubitCircuit.State()
    for step in 0..<Self.steps {
      let expected = try qubit.step(
        &state, drive: Double(values[2 * step]), delay: Double(values[2 * step + 1]))
      #expect(abs(Double(found[step]) - expected.alpha) < 1e-5)
    }
  }

  @Test func refusesWhatFitsNoLayer() throws {
    let network = try network(QLIF())
    let values = [Float](repeating: 0, count: 2 * Self.steps)
    for noise: NetworkNoise in [
      .common(LayerNoise(qubits: [noise, noise])), .layers([nil, nil]), .common(LayerNoise(shots: 0)),
    ] {
      #expect(throws: QLIFError.self) { try alpha(network, values, NoiseRun(noise)) }
    }
  }
}
