import KernelTypes
import Testing

@testable import QLIFCore

/// Convolutions and poolings against the dense layers that they are: a convolution is a dense layer whose weights
/// repeat, an average one whose weights are spread. The dense layers are tested against the oracle.
@Suite struct ConvolutionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var first: ConvolutionShape
    var second: ConvolutionShape
    var average = 1
    var isLIF = false
    var testDescription: String {
      "\(first.channels)c \(first.kernelHeight)x\(first.kernelWidth) s\(first.stride) p\(first.padding), average \(average), "
        + "\(second.channels)c \(second.kernelHeight)x\(second.kernelWidth) s\(second.stride) p\(second.padding)"
        + (isLIF ? ", LIF" : "")
    }
  }

  static let cases = [
    Case(
      first: .init(channels: 3, kernelHeight: 3, kernelWidth: 3),
      second: .init(channels: 20, kernelHeight: 2, kernelWidth: 3)),
    Case(
      first: .init(channels: 16, kernelHeight: 1, kernelWidth: 2, stride: 1, padding: 0),
      second: .init(channels: 5, kernelHeight: 3, kernelWidth: 3, stride: 2, padding: 1)),
    Case(
      first: .init(channels: 12, kernelHeight: 3, kernelWidth: 3, stride: 1, padding: 2),
      second: .init(channels: 64, kernelHeight: 5, kernelWidth: 5)),
    Case(
      first: .init(channels: 35, kernelHeight: 2, kernelWidth: 2),
      second: .init(channels: 2, kernelHeight: 1, kernelWidth: 1)),
    Case(
      first: .init(channels: 6, kernelHeight: 2, kernelWidth: 2),
      second: .init(channels: 17, kernelHeight: 2, kernelWidth: 2, stride: 1, padding: 1), average: 2),
    Case(
      first: .init(channels: 4, kernelHeight: 3, kernelWidth: 3, stride: 1, padding: 1),
      second: .init(channels: 9, kernelHeight: 3, kernelWidth: 2, stride: 2), average: 2, isLIF: true),
  ]

  static let input = [2, 8, 9]

  @Test(arguments: cases, [false, true])
  func isTheDenseLayerWhoseWeightsRepeat(_ test: Case, _ isSequence: Bool) throws {
    var qlif = QLIF()
    qlif.isRefractory = false
    let neuron: any Neuron = test.isLIF ? LIF() : qlif
    let steps = 6
    let network = try Network.make(
      Self.input, steps: steps, seed: 4,
      layers: [.conv2d(test.first, neuron)] + (test.average > 1 ? [.averagePool2d(test.average)] : [])
        + [.conv2d(test.second, neuron), .dense(3, neuron)])
    let planes = network.layers[0].shape.sizes
    network.widen(3)

    let maps = [
      LinearMap(test.first, input: Self.input, average: 1),
      LinearMap(test.second, input: planes, average: test.average),
    ]
    let dense = try Network.dense(
      [Self.input.reduce(1, *)] + maps.map(\.rows) + [3], neuron, steps: steps)
    let spiking = network.layers.filter { $0.neuron != nil }
    for (layer, counterpart) in zip(spiking, dense.layers) {
      for (a, b) in zip(layer.parameters, counterpart.parameters) {
        let values: [Float] =
          switch (counterpart.index < 2, a.isBias) {
          case (false, _): Array(a.values.values)
          case (true, false): maps[counterpart.index].matrix(a.values.base)
          case (true, true):
            (0..<b.count).map { a.values.base[$0 / (b.count / a.count)] }
          }
        b.values.base.update(from: values, count: b.count)
      }
    }

    var random = TestRandom(8)
    let length = isSequence ? steps : 0
    let labels = [0, 2, 1]
    let values = random.floats(max(1, length) * labels.count * dense.features, -0.3...1)
    let recording = try network.record(values, batch: labels.count, steps: length)
    let expected = try dense.record(values, batch: labels.count, steps: length)
    for (layer, counterpart) in zip(spiking, dense.layers) {
      #expect(recording.spikes[layer.index] == expected.spikes[counterpart.index])
      for (a, b) in zip(recording.membrane[layer.index], expected.membrane[counterpart.index]) {
        #expect(abs(a - b) < 1e-4)
      }
      #expect(expected.spikes[counterpart.index].contains(1))
    }

    let loss = Loss(CrossEntropy(), .membraneSum)
    let got = try network.gradients(values, labels: labels, steps: length, loss: loss)
    let wanted = try dense.gradients(values, labels: labels, steps: length, loss: loss)
    #expect(abs(got.loss - wanted.loss) < 1e-4)
    for (layer, counterpart) in zip(spiking, dense.layers) {
      for (a, b) in zip(layer.parameters, counterpart.parameters) {
        let engine = try #require(got.gradients[a.name])
        let matrix = try #require(wanted.gradients[b.name])
        let sums: [Double] =
          switch (counterpart.index < 2, a.isBias) {
          case (false, _): matrix.map(Double.init)
          case (true, false): maps[counterpart.index].gradient(matrix, weights: a.count)
          case (true, true):
            (0..<a.count).map { channel in
              matrix[channel * (b.count / a.count)..<(channel + 1) * (b.count / a.count)].reduce(0) {
                $0 + Double($1)
              }
            }
          }
        let largest = sums.map(abs).max() ?? 0
        for (g, s) in zip(engine, sums) {
          #expect(abs(Double(g) - s) < 1e-3 * largest + 1e-6, "\(a.name)")
        }
      }
    }
  }

  @Test(
    arguments: [(2, 2, 12), (3, 3, 40), (2, 1, 5), (3, 2, 70), (2, 2, 31)], [MaxPool2d.Ties.first, .membrane])
  func maximumIsTakenAndItsGradientHandedBack(
    _ sizes: (size: Int, stride: Int, channels: Int), _ ties: MaxPool2d.Ties
  ) throws {
    let (size, stride, channels) = sizes
    var random = TestRandom(UInt64(size * 100 + channels))
    let (height, width, rows) = (8, 7, 12)
    let pool = PoolWindow(
      height: height, width: width, channels: channels, size: size, stride: stride,
      outputHeight: (height - size) / stride + 1, outputWidth: (width - size) / stride + 1)
    let units = height * width * channels
    let outputs = pool.outputHeight * pool.outputWidth * channels
    for (name, kernels) in KernelTests.sets {
      var spikes = [UInt64](repeating: 0, count: rows * pool.words + 1)
      for row in 0..<rows {
        for unit in 0..<units where random.uniform() < 0.2 {
          spikes[row * pool.words + unit / 64] |= 1 << UInt64(unit % 64)
        }
      }
      func spiked(_ row: Int, _ y: Int, _ x: Int, _ c: Int) -> Bool {
        let unit = (y * width + x) * channels + c
        return spikes[row * pool.words + unit / 64] >> UInt64(unit % 64) & 1 == 1
      }
      var output = [UInt64](repeating: .max, count: rows * pool.outputWords)
      let memory = try GuardedMemory(
        padded(max(kernels.maxPoolForwardMemory(pool), kernels.maxPoolBackwardMemory(pool)), to: 64))
      kernels.maxPoolForward(pool, rows: rows, spikes: spikes, output: &output, memory: memory.base)
      let membranes = random.floats(rows * units + 16, -1...1)
      func membrane(_ row: Int, _ y: Int, _ x: Int, _ c: Int) -> Float {
        membranes[row * units + (y * width + x) * channels + c]
      }
      let gradient = random.floats(rows * outputs + 16, 0.5...1)
      var inputGradient = [Float](repeating: .nan, count: rows * units + 16)
      kernels.maxPoolBackward(
        pool, rows: rows, spikes: spikes, membranes: ties == .membrane ? membranes : nil,
        outputGradient: gradient, outputStride: outputs, inputGradient: &inputGradient, inputStride: units,
        memory: memory.base)
      withExtendedLifetime(memory) {}
      var expected = [Float](repeating: 0, count: rows * units)
      for row in 0..<rows {
        for y in 0..<pool.outputHeight {
          for x in 0..<pool.outputWidth {
            for c in 0..<channels {
              let places = (0..<size * size).map { (y: y * stride + $0 / size, x: x * stride + $0 % size) }
              let spiking = places.filter { spiked(row, $0.y, $0.x, c) }
              let bit = (y * pool.outputWidth + x) * channels + c
              let isSet = output[row * pool.outputWords + bit / 64] >> UInt64(bit % 64) & 1 == 1
              #expect(isSet == !spiking.isEmpty, "\(name)")
              let candidates = spiking.isEmpty ? places : spiking
              let (wy, wx) =
                ties == .first
                ? candidates[0]
                : candidates.max { membrane(row, $0.y, $0.x, c) < membrane(row, $1.y, $1.x, c) }!
              expected[row * units + (wy * width + wx) * channels + c] += gradient[row * outputs + bit]
            }
          }
        }
      }
      for (a, b) in zip(inputGradient, expected) { #expect(abs(a - b) < 1e-5, "\(name)") }
    }
  }

  @Test func poolingBetweenConvolutionsLearns() throws {
    // The larger half of an image, through all kinds of layers.
    let neuron = QLIF.with { $0.dropout = 0.1 }
    let network = try Network.make(
      [1, 12, 12], steps: 8, seed: 2,
      layers: [
        .conv2d(.init(channels: 6, kernelHeight: 3, kernelWidth: 3), neuron), .maxPool2d(2),
        .conv2d(.init(channels: 8, kernelHeight: 2, kernelWidth: 2, padding: 1), neuron), .averagePool2d(2),
        .dense(2, neuron),
      ])
    network.widen(2)
    #expect(network.layers.map(\.shape.sizes) == [[6, 10, 10], [6, 5, 5], [8, 6, 6], [8, 3, 3], [2]])
    var random = TestRandom(1)
    let labels = (0..<40).map { $0 % 2 }
    let values = labels.flatMap { label in
      (0..<144).map { i in Float(random.uniform(0...0.3)) + ((i % 12 < 6) == (label == 0) ? 0.6 : 0) }
    }
    let loss = Loss(CrossEntropy(), .membraneSum)
    let trainer = try Trainer(network, LearningTests.configuration { $0.loss = loss })
    for _ in 0..<60 { _ = try trainer.step(values, labels: labels) }
    let report = try network.evaluate(values, labels: labels, loss: loss, readout: .membrane)
    #expect(report.correct >= 38)
    #expect(report.firingRates.count == 5 && report.firingRates[3] == report.firingRates[2])
    // A pooled plane fires at least as often as what it pools.
    #expect(report.firingRates[1] >= report.firingRates[0])

    let copy = try Network.deserialized(network.serialized().bytes)
    let a = try network.record(Array(values.prefix(288)), batch: 2)
    let b = try copy.record(Array(values.prefix(288)), batch: 2)
    #expect(a.spikes == b.spikes)
    #expect(copy.description == network.description)
  }

  @Test func shapesThatDoNotFitAreNamed() throws {
    func message(_ layers: [JSONValue]) -> String {
      do {
        _ = try Network.make([1, 6, 6], steps: 2, layers: layers).outputs()
        return ""
      } catch { return "\(error)" }
    }
    let one = JSONValue.conv2d(.init(channels: 1, kernelHeight: 1, kernelWidth: 1))
    #expect(
      message([.conv2d(.init(channels: 2, kernelHeight: 7, kernelWidth: 3))]).contains(
        "layers[0] (conv2d): a kernel of 7 x 3 on [1, 6, 6]"))
    #expect(message([.dense(5), one]).contains("layers[1] (conv2d): input of shape [5]"))
    #expect(message([.maxPool2d(2)]).contains("layers[0] (max_pool2d)"))
    #expect(
      message([one, .averagePool2d(2), .maxPool2d(2)]).contains(
        "layers[2] (max_pool2d): it follows an average"))
    #expect(
      message([one, .maxPool2d(2, ties: .membrane), .maxPool2d(2, ties: .membrane)]).contains(
        "layers[2] (max_pool2d): ties \"membrane\" after a layer without neurons"))
    #expect(message([one]).contains("last layer"))
  }
}
