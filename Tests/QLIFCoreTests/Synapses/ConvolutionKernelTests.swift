import KernelTypes
import Testing

@testable import QLIFCore

/// The convolutions of spikes against plain loops, each instruction set's.
@Suite struct ConvolutionKernelTests {
  struct Case: Sendable {
    var kernel: (height: Int, width: Int)
    var stride: Int
    var padding: Int
    var channels: Int
    var filters: Int
    var currents: Int
    var steps: Int
  }

  static let cases = [
    Case(
      kernel: (3, 3), stride: 1, padding: 0, channels: 12, filters: 64, currents: 2, steps: 50),
    // More steps than a word has bits, and just as many.
    Case(kernel: (3, 2), stride: 2, padding: 1, channels: 5, filters: 20, currents: 2, steps: 70),
    Case(kernel: (2, 3), stride: 1, padding: 1, channels: 3, filters: 7, currents: 1, steps: 64),
    // More trains at a position than a word has bits, blocks of each width, an odd number of them.
    Case(kernel: (4, 4), stride: 1, padding: 2, channels: 18, filters: 100, currents: 3, steps: 20),
    // One position in a row.
    Case(kernel: (3, 8), stride: 1, padding: 0, channels: 3, filters: 16, currents: 2, steps: 5),
  ]

  @Test func transformsAreLeftOutWhereTheyDoNotPay() throws {
    func window(side: Int, kernel: Int) -> Window {
      Window(
        height: side, width: side, channels: 12, usableHeight: side, usableWidth: side, kernelHeight: kernel,
        kernelWidth: kernel, stride: 1, padding: 0, outputHeight: side - kernel + 1,
        outputWidth: side - kernel + 1, filters: 64, currents: 2)
    }
    // The second convolution of the paper.
    let paper = try #require(try ConvolutionSpectrum.whereWorthIt(window(side: 12, kernel: 5)))
    #expect(paper.isFaster(nonzero: 64 * 64))
    #expect(!paper.isFaster(nonzero: 64 * 64 / 10))
    #expect(try ConvolutionSpectrum.whereWorthIt(window(side: 12, kernel: 1)) == nil)
    #expect(try ConvolutionSpectrum.whereWorthIt(window(side: 100, kernel: 5)) == nil)
  }

  /// What inputs' spikes may look like.
  enum Trains: CaseIterable, Sendable {
    /// Many inputs have the same train, many trains contain others, some are silent and some never.
    case repeated
    case different
  }

  static func window(_ test: Case) -> Window {
    let (height, width) = (7, 9)
    // The last column counts as outside.
    let usable = (height: height, width: width - 1)
    return Window(
      height: height, width: width, channels: test.channels, usableHeight: usable.height,
      usableWidth: usable.width, kernelHeight: test.kernel.height, kernelWidth: test.kernel.width,
      stride: test.stride, padding: test.padding,
      outputHeight: (usable.height + 2 * test.padding - test.kernel.height) / test.stride + 1,
      outputWidth: (usable.width + 2 * test.padding - test.kernel.width) / test.stride + 1,
      filters: test.filters, currents: test.currents)
  }

  /// [samples * steps][inputs]
  static func spikes(_ trains: Trains, _ window: Window, samples: Int, steps: Int, _ random: inout TestRandom)
    -> [[Bool]]
  {
    let inputs = window.height * window.width * window.channels
    var rows = [[Bool]](repeating: Array(repeating: false, count: inputs), count: samples * steps)
    for sample in 0..<samples {
      for input in 0..<inputs {
        let period = Int(random.next() % 9)
        for step in 0..<steps {
          let spikes =
            switch trains {
            case .repeated: period == 1 || (period > 1 && step % period == period - 1)
            case .different: period > 2 && random.uniform() < 0.3
            }
          rows[sample * steps + step][input] = spikes
        }
      }
    }
    return rows
  }

  @Test(arguments: cases, Trains.allCases)
  func agreeWithPlainLoops(_ test: Case, _ trains: Trains) throws {
    let w = Self.window(test)
    var random = TestRandom(UInt64(test.steps))
    let samples = 2
    let rows = samples * test.steps
    let seen = Self.spikes(trains, w, samples: samples, steps: test.steps, &random)
    var bits = [UInt64](repeating: 0, count: rows * w.words + 2)
    for (row, spikes) in seen.enumerated() {
      for (input, spikes) in spikes.enumerated() where spikes {
        bits[row * w.words + input / 64] |= 1 << UInt64(input % 64)
      }
    }
    // [current][filter][tap]; the padding of the columns is 0.
    let weights = random.floats(w.columns * w.taps, -1...1)
    let bias = random.floats(w.columns, -1...1)
    let outputs = w.positions * w.filters
    let currentStride = (outputs + 15) / 16 * 16 + 16
    var gradient = random.floats(rows * w.currents * currentStride + 16, -1...1).map { $0 < 0 ? 0 : $0 }
    let paddedInputs = (w.height * w.width * w.channels + 15) / 16 * 16

    var blocks = [Float](repeating: 0, count: w.columns * w.taps)
    var kernelRows = [Float](repeating: 0, count: w.kernelHeight * w.columns * w.paddedRow)
    let rowSize = w.kernelWidth * w.channels
    for column in 0..<w.columns where column % w.paddedFilters < w.filters {
      for tap in 0..<w.taps {
        blocks[w.blockPlace(tap: tap, column: column)] = weights[column * w.taps + tap]
        kernelRows[w.rowPlace(tap: tap, column: column)] =
          weights[column * w.taps + tap]
      }
    }

    // The sums that are expected.
    var output = [Double](repeating: 0, count: rows * w.currents * outputs)
    var weightGradient = [Double](repeating: 0, count: w.columns * w.taps)
    var biasGradient = [Double](repeating: 0, count: w.columns)
    var inputGradient = [Double](repeating: 0, count: rows * paddedInputs)
    for row in 0..<rows {
      for position in 0..<w.positions {
        let (top, left) = (
          position / w.outputWidth * w.stride - w.padding, position % w.outputWidth * w.stride - w.padding
        )
        // The inputs that are inside, by their taps.
        let taps: [(tap: Int, input: Int)] = (0..<w.taps).compactMap { tap in
          let (y, x) = (
            top + tap / rowSize, left + tap % rowSize / w.channels
          )
          guard (0..<w.usableHeight).contains(y), (0..<w.usableWidth).contains(x) else { return nil }
          return (tap, (y * w.width + x) * w.channels + tap % w.channels)
        }
        for current in 0..<w.currents {
          for filter in 0..<w.filters {
            let column = current * w.paddedFilters + filter
            let g = Double(
              gradient[(row * w.currents + current) * currentStride + position * w.filters + filter])
            var sum = Double(bias[column])
            biasGradient[column] += g
            for (tap, input) in taps {
              let weight = Double(weights[column * w.taps + tap])
              if seen[row][input] {
                sum += 0.5 * weight
                weightGradient[column * w.taps + tap] += 0.5 * g
              }
              inputGradient[row * paddedInputs + input] += g * weight
            }
            output[(row * w.currents + current) * outputs + position * w.filters + filter] = sum
          }
        }
      }
    }

    for (name, kernels) in KernelTests.sets {
      var indices = [Int32](repeating: -1, count: w.indices + 16)
      var floats = [Float](repeating: .nan, count: max(w.rows, w.planeSize + w.amounts) + 16)
      var currents = [Float](repeating: .nan, count: rows * w.currents * currentStride + 16)
      kernels.convolutionForward(
        w, samples: samples, steps: test.steps, spikes: bits, weights: blocks, bias: bias, scale: 0.5,
        output: &currents, currentStride: currentStride, indices: &indices, rows: &floats)
      for row in 0..<rows * w.currents {
        for place in 0..<outputs {
          let difference = Double(currents[row * currentStride + place]) - output[row * outputs + place]
          #expect(abs(difference) < 1e-4, "\(name)")
        }
      }

      var share = [Float](repeating: 0, count: (w.taps + 1) * w.columns)
      share.withUnsafeMutableBufferPointer { share in
        guard let share = share.baseAddress else { return }
        kernels.convolutionWeightGradient(
          w, samples: samples, steps: test.steps, spikes: bits, outputGradient: &gradient,
          currentStride: currentStride, scale: 0.5, weightGradient: share,
          biasGradient: share + w.taps * w.columns, indices: &indices, rows: &floats)
      }
      for column in 0..<w.columns where column % w.paddedFilters < w.filters {
        #expect(abs(Double(share[w.taps * w.columns + column]) - biasGradient[column]) < 1e-2, "\(name)")
        for tap in 0..<w.taps {
          let difference =
            Double(share[w.blockPlace(tap: tap, column: column)]) - weightGradient[column * w.taps + tap]
          #expect(abs(difference) < 1e-2, "\(name)")
        }
      }

      var spikeGradient = [Float](repeating: .nan, count: rows * paddedInputs)
      floats.withUnsafeMutableBufferPointer { floats in
        guard let floats = floats.baseAddress else { return }
        kernels.convolutionInputGradient(
          w, rows: rows, outputGradient: &gradient, currentStride: currentStride, weights: kernelRows,
          inputGradient: &spikeGradient, inputStride: paddedInputs, plane: floats, indices: &indices,
          amounts: floats + w.planeSize)
      }
      let expect = { (spikeGradient: [Float]) in
        for row in 0..<rows {
          for input in 0..<w.height * w.width * w.channels {
            let place = row * paddedInputs + input
            #expect(abs(Double(spikeGradient[place]) - inputGradient[place]) < 1e-3, "\(name)")
          }
        }
      }
      expect(spikeGradient)

      spikeGradient = [Float](repeating: .nan, count: rows * paddedInputs)
      let spectral = try ConvolutionSpectrum(w)
      let buffers = try spectral.makeWeights()
      for column in 0..<w.columns where column % w.paddedFilters < w.filters {
        for tap in 0..<w.taps {
          buffers.taps.base[spectral.place(tap: tap, column: column)] = weights[column * w.taps + tap]
        }
      }
      kernels.spectralWeights(
        w, spectral.spectrum, taps: buffers.taps.base, into: buffers.spectrum.base, memory: buffers.work.base)
      let memory = try Buffer<Float>(spectral.memory, for: "a test")
      memory.values.update(repeating: .nan)
      kernels.spectralInputGradient(
        w, spectral.spectrum, rows: rows, outputGradient: &gradient, currentStride: currentStride,
        weights: buffers.spectrum.base, inputGradient: &spikeGradient, inputStride: paddedInputs,
        memory: memory.base)
      expect(spikeGradient)
    }
  }
}
