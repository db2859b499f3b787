import KernelTypes
import Testing

@testable import QLIFCore

/// Each instruction set's kernels against plain loops, and against each other where this machine can run them.
@Suite struct KernelTests {
  static let sets: [(name: String, kernels: any KernelSet.Type)] = KernelChoice.available.reversed().map {
    ("\($0.name)", $0.kernels)
  }

  @Test(arguments: [16, 32, 48, 128, 160, 304])
  func productsWithSpikes(_ columns: Int) {
    var random = TestRandom(UInt64(columns))
    let (rows, words) = (9, 3)
    let inputs = words * 64
    // A word beyond the last row, and fifteen entries beyond a full list, are the kernels' to read and write.
    let spikes = (0..<rows * words + 1).map { _ in random.next() & random.next() }
    func isSet(_ row: Int, _ input: Int) -> Bool {
      spikes[row * words + input / 64] >> UInt64(input % 64) & 1 == 1
    }
    let weights = random.floats(inputs * columns, -1...1)
    let bias = random.floats(columns, -1...1)
    // Half of the gradients are 0, as those of the current that has no part at a step.
    let gradient = random.floats(rows * columns, -1...1).map { $0 < 0 ? 0 : $0 }
    for (name, kernels) in Self.sets {
      var output = [Float](repeating: .nan, count: rows * columns)
      var weightGradient = [Float](repeating: 1, count: inputs * columns)
      var biasGradient = [Float](repeating: 2, count: columns)
      var inputGradient = [Float](repeating: .nan, count: rows * inputs)
      var indices = [Int32](repeating: 0, count: max(inputs, columns) + 15)
      kernels.spikeForward(
        rows: rows, words: words, columns: columns, spikes: spikes, weights: weights, bias: bias, scale: 1.25,
        output: &output, indices: &indices)
      kernels.spikeWeightGradient(
        rows: rows, words: words, columns: columns, spikes: spikes, outputGradient: gradient, scale: 1.25,
        weightGradient: &weightGradient, biasGradient: &biasGradient, indices: &indices)
      kernels.spikeInputGradient(
        rows: rows, columns: columns, inputs: inputs, outputGradient: gradient,
        weights: transposed(weights, inputs, columns), inputGradient: &inputGradient, indices: &indices)
      for row in 0..<rows {
        for column in 0..<columns {
          let sum = (0..<inputs).reduce(0.0) {
            $0 + (isSet(row, $1) ? Double(weights[$1 * columns + column]) : 0)
          }
          #expect(
            abs(Double(output[row * columns + column]) - Double(bias[column]) - 1.25 * sum) < 1e-4, "\(name)")
        }
        for input in 0..<inputs {
          let sum = (0..<columns).reduce(0.0) {
            $0 + Double(gradient[row * columns + $1]) * Double(weights[input * columns + $1])
          }
          #expect(abs(Double(inputGradient[row * inputs + input]) - sum) < 1e-4, "\(name)")
        }
      }
      for column in 0..<columns {
        let total = (0..<rows).reduce(0.0) { $0 + Double(gradient[$1 * columns + column]) }
        #expect(abs(Double(biasGradient[column]) - 2 - total) < 1e-4, "\(name)")
        for input in 0..<inputs {
          let sum = (0..<rows).reduce(0.0) {
            $0 + (isSet($1, input) ? Double(gradient[$1 * columns + column]) : 0)
          }
          #expect(abs(Double(weightGradient[input * columns + column]) - 1 - 1.25 * sum) < 1e-4, "\(name)")
        }
      }
    }
  }

  private func transposed(_ values: [Float], _ rows: Int, _ columns: Int) -> [Float] {
    (0..<columns).flatMap { column in (0..<rows).map { values[$0 * columns + column] } }
  }

  @Test(arguments: [false, true])
  func instructionSetsAgreeOnNeurons(_ isBounded: Bool) throws {
    var random = TestRandom(5)
    let (steps, groups) = (30, 5)
    let units = groups * 16
    for leak in [QLIFConstants.Leak.relaxation, .published] {
      let neuron = QLIFConstants(
        leak: leak, boundsDrive: isBounded, isRefractory: false, threshold: 0.7, driveScale: 2, delayRate: 1,
        surrogate: Surrogate(shape: .arctan, slope: 1))
      let values = random.floats(steps * units, -0.5...0.5) + random.floats(steps * units, -1...1)
      let arriving = random.floats(steps * units, -1...1)
      let inputs = try Buffer<Float>(values.count, for: "currents")
      let currents = Currents(base: inputs.base, stride: units, offset: steps * units, count: 2)
      var traces: [[Float]] = []
      var gradients: [[Float]] = []
      for (_, kernels) in Self.sets {
        for (index, value) in values.enumerated() { inputs.base[index] = value }
        var spikes = [UInt16](repeating: 0, count: steps * 8)
        var alpha = [Float](repeating: .nan, count: steps * units)
        var gradient = alpha + alpha
        var states = gradient
        let count = kernels.qlifForwardSequence(
          neuron, StepRange(count: steps), groups: groups, currents: currents, dropout: nil, spikes: &spikes,
          spikeStride: 8, alpha: &alpha, states: &states)
        #expect(count == spikes.reduce(0) { $0 + $1.nonzeroBitCount })
        #expect(count == alpha.count { $0 > 0.7 })
        kernels.qlifBackwardSequence(
          neuron, StepRange(count: steps), groups: groups, currents: currents, dropout: nil, states: states,
          spikeGradient: arriving, alphaGradient: nil, currentGradient: &gradient)
        // The gradients may take the currents' place.
        kernels.qlifBackwardSequence(
          neuron, StepRange(count: steps), groups: groups, currents: currents, dropout: nil, states: states,
          spikeGradient: arriving, alphaGradient: nil, currentGradient: inputs.base)
        #expect(Array(inputs.values) == gradient)
        traces.append(alpha)
        gradients.append(gradient)
      }
      for trace in traces.dropFirst() {
        for (a, b) in zip(trace, traces[0]) { #expect(abs(a - b) < 1e-5) }
      }
      for gradient in gradients.dropFirst() {
        for (a, b) in zip(gradient, gradients[0]) { #expect(abs(a - b) < 1e-3) }
      }
    }
  }

  @Test(arguments: [1, 15, 16, 17, 100])
  func sumsAndChecksOfAnyLength(_ count: Int) {
    var random = TestRandom(UInt64(count))
    let values = random.floats(count, -1...1)
    for (name, kernels) in Self.sets {
      let expected = values.reduce(0.0) { $0 + Double($1) * Double($1) }
      let sumOfSquares = kernels.sumOfSquares(count: count, values: values)
      #expect(abs(sumOfSquares - expected) < 1e-9, "\(name)")
      let isFinite = kernels.areFinite(count: count, values: values, times: 1)
      #expect(isFinite)
      let isFiniteTimes = kernels.areFinite(count: count, values: values.map { $0 / 4 }, times: 3e38)
      #expect(isFiniteTimes)
      for place in [0, count / 2, count - 1] {
        var large = values
        large[place] = 1.5
        let isFinite = kernels.areFinite(count: count, values: large, times: 3e38)
        #expect(!isFinite, "\(name) at \(place)")
      }
      for bad in [Float.nan, .infinity, -.infinity] {
        for place in [0, count / 2, count - 1] {
          var broken = values
          broken[place] = bad
          let isFinite = kernels.areFinite(count: count, values: broken, times: 1)
          #expect(!isFinite, "\(name) \(bad) at \(place)")
        }
      }
      var sum = values
      kernels.addInto(count: count, target: &sum, source: values)
      #expect(sum == values.map { 2 * $0 })
    }
  }
}
