import Testing

@testable import QLIFCore

/// Recorded currents: weight x input + bias, in double precision.
@Suite struct CurrentsTests {
  /// [steps][batch] rows of what a layer receives, and what it makes of a row without its bias.
  private func expectCurrents(
    _ recording: Recording, of layer: any Layer, batch: Int, receiving input: (Int, Int) -> [Float],
    matrix: (Parameter) -> [Float]
  ) throws {
    let units = layer.shape.units
    let currents = try #require(layer.synapse).currents
    let found = recording.currents[layer.index]
    #expect(found.count == currents * recording.steps * batch * units)
    let weights = layer.parameters.prefix(currents)
    let biases = layer.parameters.suffix(currents)
    var place = 0
    for (weight, bias) in zip(weights, biases) {
      let matrix = matrix(weight)
      let width = matrix.count / units
      for step in 0..<recording.steps {
        for sample in 0..<batch {
          let row = input(step, sample)
          #expect(row.count == width)
          for unit in 0..<units {
            // Of planes of neurons, a bias for each plane.
            var expected = Double(bias.values.base[unit / (units / bias.count)])
            for i in 0..<width where row[i] != 0 {
              expected += Double(matrix[unit * width + i]) * Double(row[i])
            }
            #expect(abs(Double(found[place]) - expected) < 1e-5, "\(weight.name)")
            place += 1
          }
        }
      }
    }
  }

  private func row(_ values: [Float], _ number: Int, _ width: Int) -> [Float] {
    Array(values[number * width..<(number + 1) * width])
  }

  /// Also of an input constant in time, where a QLIF neuron needs its drive alone.
  @Test(arguments: [false, true], [false, true])
  func denseLayers(_ isSequence: Bool, _ isLIF: Bool) throws {
    let (steps, batch) = (5, 3)
    let neuron: any Neuron = isLIF ? LIF() : QLIF()
    let network = try Network.dense([7, 20, 4], neuron, steps: steps)
    network.widen(2)
    var random = TestRandom(5)
    let values = random.floats((isSequence ? steps : 1) * batch * 7, -0.5...1)
    let recording = try network.record(values, batch: batch, steps: isSequence ? steps : 0, currents: true)
    try expectCurrents(
      recording, of: network.layers[0], batch: batch,
      receiving: { step, sample in row(values, (isSequence ? step * batch : 0) + sample, 7) },
      matrix: { Array($0.values.values) })
    try expectCurrents(
      recording, of: network.layers[1], batch: batch,
      receiving: { step, sample in row(recording.spikes[0], step * batch + sample, 20) },
      matrix: { Array($0.values.values) })
  }

  @Test(arguments: [false, true])
  func convolutions(_ isSequence: Bool) throws {
    let (steps, batch, shape) = (4, 3, [2, 6, 7])
    let first = ConvolutionShape(channels: 5, kernelHeight: 3, kernelWidth: 2, stride: 1, padding: 1)
    let second = ConvolutionShape(channels: 18, kernelHeight: 2, kernelWidth: 2, stride: 1, padding: 1)
    let network = try Network.make(
      shape, steps: steps,
      layers: [.conv2d(first), .averagePool2d(2), .conv2d(second), .conv2d(first, LIF()), .dense(2)])
    network.widen(2.5)
    let features = shape.reduce(1, *)
    var random = TestRandom(6)
    let values = random.floats((isSequence ? steps : 1) * batch * features, -0.5...1)
    let recording = try network.record(values, batch: batch, steps: isSequence ? steps : 0, currents: true)
    #expect(recording.currents[1].isEmpty)
    let planes = network.layers.map(\.shape.sizes)
    for (index, source, map) in [
      (0, nil, LinearMap(first, input: shape, average: 1)),
      (2, 0, LinearMap(second, input: planes[0], average: 2)),
      (3, 2, LinearMap(first, input: planes[2], average: 1)),
    ] {
      try expectCurrents(
        recording, of: network.layers[index], batch: batch,
        receiving: { step, sample in
          guard let source else { return row(values, (isSequence ? step * batch : 0) + sample, features) }
          return row(recording.spikes[source], step * batch + sample, planes[source].reduce(1, *))
        }, matrix: { map.matrix($0.values.base) })
    }
    let width = planes[3].reduce(1, *)
    try expectCurrents(
      recording, of: network.layers[4], batch: batch,
      receiving: { step, sample in row(recording.spikes[3], step * batch + sample, width) },
      matrix: { Array($0.values.values) })
  }

  /// What else is recorded stays as it is, noise or not, before and after.
  @Test func recordingThemChangesNothingElse() throws {
    let network = try Network.dense([6, 30, 4], steps: 9)
    network.widen(2)
    var random = TestRandom(8)
    let values = random.floats(5 * 6, -0.5...1)
    let noise = NetworkNoise.common(LayerNoise(qubits: [.init()], shots: 50))
    for noise in [nil, noise] {
      func run(_ currents: Set<Int>) throws -> Recording {
        try values.withUnsafeBufferPointer {
          try network.simulate(
            values: $0, batch: 5, spikes: [0, 1], membranes: [0, 1], currents: currents,
            noise: NoiseRun(noise, seed: 4))
        }
      }
      let plain = try run([])
      let recorded = try run([0, 1])
      #expect(plain.spikes == recorded.spikes && plain.membrane == recorded.membrane)
      #expect(try run([]).membrane == plain.membrane)
      #expect(try run([0]).currents[0] == recorded.currents[0])
    }
  }

  @Test func poolingsHaveNone() throws {
    let network = try Network.make(
      [1, 4, 4], layers: [.conv2d(.init(channels: 1, kernelHeight: 1, kernelWidth: 1)), .maxPool2d(2)])
    let values = [Float](repeating: 0, count: 16)
    let message = StrictReadingTests.message {
      _ = try values.withUnsafeBufferPointer { try network.simulate(values: $0, batch: 1, currents: [1]) }
    }
    #expect(message == "records[1].currents: layer 1 has no neurons, expected NULL")
  }
}
