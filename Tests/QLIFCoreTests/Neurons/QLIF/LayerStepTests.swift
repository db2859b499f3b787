import Testing

@testable import QLIFCore

/// What a layer remembers and receives at a step, against each of its neurons stepped on a qubit.
@Suite struct LayerStepTests {
  @Test(arguments: [false, true], QLIF.Leak.allCases)
  func equalsTheCircuits(_ isRefractory: Bool, _ leak: QLIF.Leak) throws {
    let neuron = QLIF.with { ($0.isRefractory, $0.leak) = (isRefractory, leak) }
    let steps = 12
    let network = try Network.dense([5, 20, 4], neuron, steps: steps, seed: 6)
    network.widen(2.5)
    var random = TestRandom(2)
    for isSequence in [false, true] {
      let values = random.floats((isSequence ? steps : 1) * 5, -0.4...1)
      try values.withUnsafeBufferPointer { values in
        for layer in 0..<2 {
          try expectCircuits(
            QubitCircuit(neuron), network, layer: layer, values, steps: steps, length: isSequence ? steps : 0)
        }
      }
    }
  }

  private func expectCircuits(
    _ circuit: QubitCircuit, _ network: Network, layer: Int, _ values: UnsafeBufferPointer<Float>, steps: Int,
    length: Int
  ) throws {
    let (drive, delay) = try network.currents(ofLayer: layer, for: values, steps: length)
    #expect(drive.count == steps && delay.count == steps)
    let units = network.layers[layer].shape.units
    var states = Array(repeating: QubitCircuit.State(), count: units)
    var fired = 0
    for step in 0..<steps {
      let found = try network.layerStep(step, ofLayer: layer, for: values, steps: length)
      #expect(found.neuron == circuit.neuron)
      #expect(found.alpha.count == units && found.drive.count == units && found.delay.count == units)
      for unit in 0..<units {
        // A neuron that rests after a spike does nothing.
        let rests = states[unit].fired && circuit.neuron.isRefractory
        let remembered = states[unit].fired ? 0 : states[unit].alpha
        #expect(abs(found.alpha[unit] - remembered) < 1e-5)
        #expect(found.drive[unit] == (rests ? 0 : drive[step][unit]))
        #expect(found.delay[unit] == (rests ? 0 : delay[step][unit]))
        let read = try circuit.step(&states[unit], drive: drive[step][unit], delay: delay[step][unit])
        fired += read.fires ? 1 : 0
        // A circuit of the step alone reads the same.
        var alone = try QubitCircuit.State(alpha: found.alpha[unit])
        let next = try circuit.step(&alone, drive: found.drive[unit], delay: found.delay[unit])
        #expect(abs(next.alpha - read.alpha) < 1e-5)
      }
    }
    #expect(fired > 1)
  }

  @Test func whatHasNoStepsOfCircuitsIsRefused() throws {
    func message(_ neuron: any Neuron, layer: Int = 0, step: Int = 0) -> String {
      StrictReadingTests.message {
        let network = try Network.dense([2, 3], neuron, steps: 4)
        try [Float](repeating: 0.1, count: 2).withUnsafeBufferPointer {
          _ = try network.layerStep(step, ofLayer: layer, for: $0, steps: 0)
        }
      }
    }
    #expect(message(QLIF()) == "no error")
    #expect(message(LIF()) == "layer: 0 has no QLIF neurons, which alone are qubits")
    #expect(message(QLIF(), layer: 1) == "layer: 1, expected 0 to 0")
    #expect(message(QLIF(), layer: -1) == "layer: -1, expected 0 to 0")
    for step in [-1, 4] { #expect(message(QLIF(), step: step) == "step: \(step), expected 0 to 3") }
    #expect(message(QLIF.with { $0.memory = .coherent }).contains("keep their qubits from step to step"))
    #expect(message(QLIF.with { $0.firing = .measurement }).contains("fire by measurement"))
  }
}
